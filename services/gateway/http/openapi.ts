/** /openapi.json (OpenAPI 3.1), made from the routes and the very schemas that check requests. */
import { z } from 'zod';
import { mediaTypes } from './body.ts';
import { problemBody } from './problem-schema.ts';
import type { Route } from './route.ts';

type Json = Record<string, unknown>;

/** Collects named schemas, so that each is written once under components. */
function collector() {
  const schemas: Json = {};
  const toJson = (schema: z.ZodType, io: 'input' | 'output'): Json => {
    const { $schema, $defs, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' }) as Json;
    for (const [name, one] of Object.entries(($defs ?? {}) as Json)) schemas[name] = rehomed(one);
    return rehomed(rest) as Json;
  };
  return { schemas, toJson };
}

/** `#/$defs/X` → `#/components/schemas/X`, at any depth. */
function rehomed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rehomed);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === '$ref' && typeof inner === 'string' ? inner.replace('#/$defs/', '#/components/schemas/') : rehomed(inner),
    ]),
  );
}

const COMMON: Record<number, string> = {
  400: 'Something sent is wrong; every fault is named.',
  401: 'Not signed in, or no longer.',
  403: 'Not for this role.',
  404: 'There is no such thing.',
  413: 'The body is larger than 1 MiB.',
  415: 'The body is of another type.',
  503: 'The store cannot be reached right now.',
};

/** The problems any route of this kind may answer. */
const commonProblems = (route: Route): number[] => [
  ...(route.body || route.query ? [400] : []),
  ...(route.access === 'public' ? [] : [401]),
  ...(Array.isArray(route.access) ? [403] : []),
  ...(route.params ? [404] : []),
  ...(route.body ? [413, 415] : []),
  ...(route.path.startsWith('/api/') ? [503] : []),
];

const accessText = (route: Route): string =>
  route.access === 'public'
    ? 'Needs no sign-in.'
    : route.access === 'any'
      ? 'For every role.'
      : `For: ${route.access.join(', ')}.`;

export interface DocumentOptions {
  routes: readonly Route[];
  version: string;
  publicUrl: string | undefined;
}

export function openApiDocument({ routes, version, publicUrl }: DocumentOptions): Json {
  const { schemas, toJson } = collector();
  const problem = (description: string): Json => ({
    description,
    content: { 'application/problem+json': { schema: toJson(problemBody, 'output') } },
  });

  const parameters = (route: Route): Json[] =>
    (['path', 'query'] as const).flatMap((where) => {
      const schema = where === 'path' ? route.params : route.query;
      if (!schema) return [];
      const { properties = {}, required = [] } = toJson(schema, 'input') as { properties?: Json; required?: string[] };
      return Object.entries(properties).map(([name, one]) => {
        const { description, ...inner } = one as Json;
        return {
          name,
          in: where,
          required: where === 'path' || required.includes(name),
          ...(description !== undefined && { description }),
          schema: inner,
        };
      });
    });

  const responses = (route: Route): Json => {
    const all: Json = {};
    for (const status of commonProblems(route)) all[status] = problem(COMMON[status] ?? '');
    for (const [status, description] of Object.entries(route.problems ?? {})) all[status] = problem(description);
    for (const [status, { description, type, schema, example, headers }] of Object.entries(route.answers))
      all[status] = {
        description,
        ...(headers && {
          headers: Object.fromEntries(
            Object.entries(headers).map(([name, text]) => [name, { description: text, schema: { type: 'string' } }]),
          ),
        }),
        content: {
          [type?.split(';')[0] ?? 'application/json']: {
            schema: toJson(schema, 'output'),
            ...(example !== undefined && { example }),
          },
        },
      };
    return all;
  };

  const operation = (route: Route): Json => ({
    operationId: route.id,
    tags: [route.tag],
    summary: route.summary,
    description: [route.description, accessText(route)].filter(Boolean).join(' '),
    security: route.access === 'public' ? [] : [{ bearer: [] }],
    ...((route.params || route.query) && { parameters: parameters(route) }),
    ...(route.body && {
      requestBody: {
        required: !route.body.optional,
        content: Object.fromEntries(
          mediaTypes(route.body.types ?? ['json']).map((type) => [
            type,
            {
              schema: toJson((route.body as NonNullable<Route['body']>).schema, 'input'),
              ...(route.body?.example !== undefined && { example: route.body.example }),
            },
          ]),
        ),
      },
    }),
    responses: responses(route),
  });

  const paths: Record<string, Json> = {};
  for (const route of routes)
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) };

  return {
    openapi: '3.1.0',
    info: {
      title: 'QRFlow',
      version,
      description:
        'Razorpay payments in, event tickets out. Amounts are integer minor units. `created_at` of a payment and what else carries Razorpay’s names is in seconds; our own times are ISO 8601.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: publicUrl ?? '/' }],
    tags: [...new Set(routes.map((route) => route.tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas,
      securitySchemes: {
        bearer: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'The access_token of POST /api/auth/login.',
        },
      },
    },
  };
}
