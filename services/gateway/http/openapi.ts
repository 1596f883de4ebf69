/** /openapi.json (OpenAPI 3.1), made from the routes and the very schemas that check requests. */
import { z } from 'zod';
import { Problem } from '../../../shared/http/problem.ts';
import { mediaTypes } from './body.ts';
import { problemBody } from './problem-schema.ts';
import type { Route } from './route.ts';

type Json = Record<string, unknown>;

const CORRELATION_ID = '01JD3Q5W8XK2M4N6P8R0T2V4W6';

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

const FORGED = 'Sent with a browser’s cookie, but from another page than ours.';

/** What the parts of the API are for, in the order of the document. */
export const TAGS: Readonly<Record<string, string>> = {
  system: 'What this is, and how it is.',
  auth: 'Signing in and out, and one’s own password.',
  events: 'What people pay for: when, where, for how much and how many; and who works at its door.',
  attendees: 'Who comes: lists, corrections, spreadsheets, tickets sent again.',
  payments: 'What Razorpay knows, what became of it, what waits for a person.',
  'check-in': 'The door: scan, look up, take back, and go on without network.',
  mails: 'Mails with tickets: sent, owed, failed.',
  sweeps: 'What Razorpay was asked for, and what that found.',
  clubs: 'Who owns events.',
  users: 'Who may sign in, and as what.',
  audit: 'Who did what, when.',
  'dead letters': 'Messages that could not be handled.',
};

/** Where a refusal says more than its body: status → its header. */
const PROBLEM_HEADERS: Record<number, [name: string, description: string]> = {
  401: ['WWW-Authenticate', 'Bearer, with what is wrong with the token.'],
  429: ['Retry-After', 'Seconds until it may be tried again.'],
  503: ['Retry-After', 'Seconds until it is worth another try, where that is known.'],
};

/** The problems any route of this kind may answer. A query that it does not know is refused by each. */
const commonProblems = (route: Route): number[] => [
  400,
  ...(route.access === 'public' ? [] : [401]),
  ...(Array.isArray(route.access) || (route.access === 'any' && route.method !== 'GET') ? [403] : []),
  ...(route.params ? [404] : []),
  ...(route.body ? [413, 415] : []),
  ...(route.path.startsWith('/api/') ? [503] : []),
];

/** Every status that the document says this route may answer. */
export const declaredStatuses = (route: Route): ReadonlySet<number> =>
  new Set([...commonProblems(route), ...Object.keys({ ...route.problems, ...route.answers }).map(Number)]);

const accessText = (route: Route): string =>
  route.access === 'public'
    ? 'Needs no sign-in.'
    : route.access === 'any'
      ? 'For every role.'
      : `For: ${route.access.join(', ')}.`;

/** As headers are written: `Idempotency-Key`. */
const capitals = (name: string): string => name.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase());

export interface DocumentOptions {
  routes: readonly Route[];
  version: string;
  publicUrl: string | undefined;
}

export function openApiDocument({ routes, version, publicUrl }: DocumentOptions): Json {
  const { schemas, toJson } = collector();
  const header = (description: string): Json => ({ description, schema: { type: 'string' } });
  const correlation = { 'X-Correlation-Id': { $ref: '#/components/headers/CorrelationId' } };
  const problem = (status: number, description: string): Json => {
    const [name, text] = PROBLEM_HEADERS[status] ?? [];
    return {
      description,
      headers: { ...correlation, ...(name !== undefined && { [name]: header(text ?? '') }) },
      content: {
        'application/problem+json': {
          schema: toJson(problemBody, 'output'),
          example: { ...new Problem(status, { detail: description }).body, correlation_id: CORRELATION_ID },
        },
      },
    };
  };

  const parameters = (route: Route): Json[] =>
    (['path', 'query', 'header'] as const).flatMap((where) => {
      const schema = { path: route.params, query: route.query, header: route.headers }[where];
      if (!schema) return [];
      const { properties = {}, required = [] } = toJson(schema, 'input') as { properties?: Json; required?: string[] };
      return Object.entries(properties).map(([name, one]) => {
        const { description, ...inner } = one as Json;
        return {
          name: where === 'header' ? capitals(name) : name,
          in: where,
          required: where === 'path' || required.includes(name),
          ...(description !== undefined && { description }),
          schema: inner,
        };
      });
    });

  const responses = (route: Route): Json => {
    const all: Json = {};
    for (const status of commonProblems(route))
      all[status] = problem(status, (status === 403 && !Array.isArray(route.access) ? FORGED : COMMON[status]) ?? '');
    for (const [status, description] of Object.entries(route.problems ?? {}))
      all[status] = problem(Number(status), description);
    for (const [status, { description, type, schema, example, headers }] of Object.entries(route.answers))
      all[status] = {
        description,
        headers: {
          ...correlation,
          ...Object.fromEntries(Object.entries(headers ?? {}).map(([name, text]) => [name, header(text)])),
        },
        content: {
          [type?.split(';')[0] ?? 'application/json']: {
            schema: toJson(schema, 'output'),
            ...(example !== undefined && { example }),
          },
        },
      };
    if (Object.values(route.answers).some(({ headers }) => headers?.ETag !== undefined))
      all[304] = { description: 'What If-None-Match names is still right.', headers: correlation };
    return all;
  };

  const operation = (route: Route): Json => ({
    operationId: route.id,
    tags: [route.tag],
    summary: route.summary,
    description: [route.description, accessText(route)].filter(Boolean).join(' '),
    security: route.access === 'public' ? [] : [{ bearer: [] }],
    ...((route.params || route.query || route.headers) && { parameters: parameters(route) }),
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
        'Razorpay payments in, event tickets out. Amounts are integer minor units. `created_at` of a payment and what else carries Razorpay’s names is in seconds; our own times are ISO 8601. Lists are plain arrays; the next page is in the Link header. Errors are application/problem+json and name every fault at once. What may be added to an answer without notice: new fields.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: publicUrl ?? '/' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      schemas,
      headers: {
        CorrelationId: {
          description:
            'Finds this request in the log and in the audit trail. The caller’s own, where X-Correlation-Id was sent.',
          schema: { type: 'string' },
          example: CORRELATION_ID,
        },
      },
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
