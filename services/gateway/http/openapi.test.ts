import { Validator } from '@seriousme/openapi-schema-validator';
import { expect } from 'chai';
import type { z } from 'zod';
import { ROUTES } from '../routes/index.ts';
import { openApiDocument } from './openapi.ts';

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
