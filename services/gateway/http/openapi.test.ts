import { Validator } from '@seriousme/openapi-schema-validator';
import { expect } from 'chai';
import type { z } from 'zod';
import { ROUTES } from '../routes/index.ts';
import { declaredStatuses, openApiDocument } from './openapi.ts';
import { problemBody } from './problem-schema.ts';

// biome-ignore lint/suspicious/noExplicitAny: a document of JSON
type Json = any;

const document = JSON.parse(
  JSON.stringify(openApiDocument({ routes: ROUTES, version: '1.2.3', publicUrl: 'https://tickets.example.edu' })),
);

describe('/openapi.json', () => {
  it('is valid OpenAPI 3.1, references included', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(structuredClone(document));
    expect(valid, JSON.stringify(errors, null, 1)).to.equal(true);
    expect(validator.version).to.equal('3.1');
    const text = JSON.stringify(document);
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g))
      expect(document.components.schemas, String(name)).to.have.property(String(name));
    expect(text).not.to.contain('#/$defs/');
  });

  it('has every registered route with its own operation id', () => {
    const said = Object.entries(document.paths as Record<string, Record<string, { operationId: string }>>).flatMap(
      ([path, operations]) => Object.entries(operations).map(([method, one]) => `${method} ${path} ${one.operationId}`),
    );
    const registered = ROUTES.map((route) => `${route.method.toLowerCase()} ${route.path} ${route.id}`);
    expect(said.sort()).to.deep.equal(registered.sort());
    expect(new Set(ROUTES.map((route) => route.id)).size).to.equal(ROUTES.length);
  });

  it('asks for a token exactly where a route does', () => {
    for (const route of ROUTES)
      expect(document.paths[route.path][route.method.toLowerCase()].security, route.id).to.deep.equal(
        route.access === 'public' ? [] : [{ bearer: [] }],
      );
  });

  it('leaves out nothing that somebody who calls an operation needs', () => {
    const said: string[] = [];
    const say = (lacks: boolean, what: string) => lacks && said.push(what);
    const blank = (text: unknown) => typeof text !== 'string' || text.trim() === '';
    const tags = new Map(document.tags.map((tag: Json) => [tag.name, tag.description]));
    for (const route of ROUTES) {
      const { [route.path]: at } = document.paths;
      const one: Json = at[route.method.toLowerCase()];
      const { id } = route;
      say(blank(one.operationId), `${id}: operationId`);
      say(blank(one.summary) || one.summary.length > 80, `${id}: a summary of at most 80 letters`);
      say(one.tags?.length !== 1 || blank(tags.get(one.tags[0])), `${id}: one tag, with a description`);
      say(!Array.isArray(one.security), `${id}: security`);
      for (const { name, in: where, description, schema } of one.parameters ?? []) {
        say(blank(description) || schema === undefined, `${id}: what ${name} means`);
        say(where === 'path' && schema.examples === undefined, `${id}: an example of ${name}`);
      }
      for (const [type, { example }] of Object.entries<Json>(one.requestBody?.content ?? {}))
        say(example === undefined, `${id}: an example of its ${type} body`);
      const good = Object.keys(one.responses).filter((status) => /^2/.test(status));
      say(good.length === 0, `${id}: what it answers`);
      for (const [status, { description, content, headers }] of Object.entries<Json>(one.responses)) {
        say(blank(description), `${id} ${status}: a description`);
        say(!headers?.['X-Correlation-Id'], `${id} ${status}: its correlation id`);
        if (status === '304') continue;
        const [[type, { example }]] = Object.entries<Json>(content) as [[string, Json]];
        say(example === undefined, `${id} ${status}: an example`);
        say(/^[45]/.test(status) !== (type === 'application/problem+json'), `${id} ${status}: a problem, and no other`);
        if (/^[45]/.test(status))
          say(!problemBody.safeParse(example).success || example.status !== Number(status), `${id} ${status}: itself`);
      }
      const needed = [
        400,
        ...(route.access === 'public' ? [] : [401]),
        ...(Array.isArray(route.access) ? [403] : []),
        ...(route.path.includes('{') ? [404] : []),
        ...(route.body ? [413, 415] : []),
      ];
      for (const status of needed) say(!one.responses[status], `${id}: ${status}`);
      say(route.path.includes('{') !== Boolean(route.params), `${id}: params for its path`);
      for (const [, name] of route.path.matchAll(/\{(\w+)\}/g))
        say(!one.parameters.some((given: Json) => given.in === 'path' && given.name === name), `${id}: ${name}`);
    }
    expect(said.join('\n')).to.equal('');
    expect([...tags.keys()], 'no tag without an operation').to.have.members([...new Set(ROUTES.map(({ tag }) => tag))]);
  });

  it('names the very statuses that a gateway under test lets a route answer', () => {
    for (const route of ROUTES) {
      const said = Object.keys(document.paths[route.path][route.method.toLowerCase()].responses).map(Number);
      expect([...declaredStatuses(route)], route.id).to.have.members(said.filter((status) => status !== 304));
    }
  });

  it('says of a body that it may be left out exactly where an empty one is taken', () => {
    for (const { id, body } of ROUTES)
      if (body) expect(body.optional ?? false, id).to.equal(body.schema.safeParse({}).success);
  });

  it('gives examples that its own schemas take', () => {
    const takes = (schema: z.ZodType, example: unknown, what: string) => {
      const { success, error } = schema.safeParse(example);
      expect(success, `${what}: ${error?.message}`).to.equal(true);
    };
    for (const route of ROUTES) {
      // A file is no JSON that could be shown.
      if (route.body && !route.body.types?.includes('file'))
        takes(route.body.schema, route.body.example, `${route.id} body`);
      for (const [status, { schema, example }] of Object.entries(route.answers))
        if (route.id !== 'openapi') takes(schema, example, `${route.id} ${status}`);
    }
  });
});
