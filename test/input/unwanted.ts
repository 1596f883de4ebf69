/** What nobody should send to a route, made from the route's own description. */
import type { Json } from '../world.ts';

export interface Operation {
  id: string;
  method: string;
  path: string;
  /** Names of path and query parameters. */
  params: string[];
  query: string[];
  /** Those of the query without which nothing is answered. */
  needed: string[];
  /** The body's schema by media type, `$ref`s resolved, and a right body. */
  body: { types: string[]; schema: Json; example: Json } | null;
}

/** Every operation of an OpenAPI document. */
export function operationsOf(document: Json): Operation[] {
  const resolved = (schema: Json): Json => {
    if (Array.isArray(schema)) return schema.map(resolved);
    if (schema === null || typeof schema !== 'object') return schema;
    if (schema.$ref) return resolved(document.components.schemas[schema.$ref.split('/').at(-1)]);
    return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, resolved(value)]));
  };
  return Object.entries(document.paths as Json).flatMap(([path, methods]) =>
    Object.entries(methods as Json).map(([method, operation]: [string, Json]) => {
      const names = (where: string) =>
        (operation.parameters ?? []).filter((one: Json) => one.in === where).map((one: Json) => one.name);
      const content = operation.requestBody?.content as Json;
      const first: Json = content && Object.values(content)[0];
      return {
        id: operation.operationId,
        method: method.toUpperCase(),
        path,
        params: names('path'),
        query: names('query'),
        needed: (operation.parameters ?? [])
          .filter((one: Json) => one.in === 'query' && one.required)
          .map((one: Json) => one.name),
        body: first && { types: Object.keys(content), schema: resolved(first.schema), example: first.example ?? {} },
      };
    }),
  );
}

const shapes = (schema: Json): Json[] => [
  schema,
  ...(schema.anyOf ?? []),
  ...(schema.oneOf ?? []),
  ...(schema.allOf ?? []),
];

/** Each object in a body, outermost first: where it is, and the fields it may have. */
export function objectsIn(schema: Json, at: string[] = []): { at: string[]; fields: string[] }[] {
  return shapes(schema)
    .filter((shape) => shape.properties)
    .flatMap((shape) => [
      { at, fields: Object.keys(shape.properties) },
      ...Object.entries(shape.properties).flatMap(([name, inner]) => objectsIn(inner, [...at, name])),
    ]);
}

/** `body` with `change` merged into the object at `at`. */
export const changed = (body: Json, at: string[], change: Json): Json => {
  const [first, ...rest] = at;
  return first === undefined ? { ...body, ...change } : { ...body, [first]: changed(body[first] ?? {}, rest, change) };
};

/** No field takes any of these: a query, what stands for several, code. */
export const OPERATORS: Json[] = [
  { $ne: null },
  { $gt: '' },
  { $regex: '.*' },
  { $where: 'sleep(1000)' },
  { $set: { role: 'admin' } },
  [{ $ne: null }],
  [[]],
];

/** Fields of what is stored, of MongoDB, and of JavaScript: for each body those that it does not declare. */
export const FORBIDDEN: Record<string, Json> = {
  id: 1,
  _id: 1,
  role: 'admin',
  roles: ['admin'],
  is_admin: true,
  disabled: false,
  username_key: 'admin',
  password: 'correct horse battery',
  password_hash: 'x',
  created_by: 'gateway',
  created_at: '2020-01-01T00:00:00Z',
  updated_at: '2020-01-01T00:00:00Z',
  closed_at: null,
  prices: [],
  total_attendees: 0,
  checked_in: true,
  checked_in_at: '2020-01-01T00:00:00Z',
  live: true,
  seat: 1,
  ticket: { id: 'x' },
  state: 'sent',
  status: 'captured',
  outcome: { kind: 'ticketed' },
  pending: false,
  rev: 0,
  amount: 1,
  captured: true,
  overrides: { ours: true },
  'overrides.ours': true,
  session: 'x',
  requested_by: 'admin',
  $set: { role: 'admin' },
  $where: '1',
  toString: 'x',
  hasOwnProperty: 'x',
  prototype: { polluted: true },
};

/** What is tried side by side: more would wait for the store until they are told that it cannot be reached, on a slow machine. */
export const AT_ONCE = 8;
