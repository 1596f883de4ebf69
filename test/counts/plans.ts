/**
 * Whether a query is answered through an index, or by reading a whole collection. Pure: MongoDB's rules as its manual has
 * them. The store is not asked with `explain`: the stand-in's planner knows fewer ways than MongoDB's.
 */
import type { Command } from './store-wire.ts';

type Json = Record<string, unknown>;

export interface Index {
  key: Record<string, unknown>;
  partialFilterExpression?: Json;
  sparse?: boolean;
}

export interface Question {
  collection: string;
  filter: Json;
  sort?: Json;
  limit?: number;
}

/** What a value looks like, whatever is in it: two queries of one shape have one plan. */
export function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) {
    const shapes = value.map(shapeOf).map((shape) => [JSON.stringify(shape), shape] as const);
    return [...new Map(shapes).values()];
  }
  if (!isPlain(value)) return value === null || value === undefined ? null : typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shapeOf(inner)]));
}

function isPlain(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** What a pipeline asks of collections, the joined ones included. */
function questionsOfPipeline(collection: string, pipeline: readonly Json[]): Question[] {
  const [first, second, third] = pipeline;
  const asked: Question = { collection, filter: (first?.$match ?? {}) as Json };
  if (second?.$sort && third?.$limit) Object.assign(asked, { sort: second.$sort, limit: third.$limit });
  const joined = pipeline.flatMap((stage) => {
    const { from, foreignField, pipeline: inner } = (stage.$lookup ?? {}) as Json;
    const { coll, pipeline: united } = (stage.$unionWith ?? {}) as Json;
    return [
      ...(foreignField === undefined ? [] : [{ collection: String(from), filter: { [String(foreignField)]: 'one' } }]),
      ...(inner === undefined || foreignField !== undefined
        ? []
        : questionsOfPipeline(String(from), inner as readonly Json[])),
      ...(coll === undefined ? [] : questionsOfPipeline(String(coll), united as readonly Json[])),
    ];
  });
  return [asked, ...joined];
}

/** The driver keeps the order of fields in a Map. */
const sortOf = (sort: unknown): Json => (sort instanceof Map ? Object.fromEntries(sort) : (sort as Json));

/** None for a command that looks for nothing. */
export function questionsOf({ name, collection, body }: Command): Question[] {
  const find = (filter: unknown, limit?: unknown): Question => ({
    collection,
    filter: (filter ?? {}) as Json,
    ...(body.sort !== undefined && { sort: sortOf(body.sort) }),
    ...(typeof limit === 'number' && limit > 0 && { limit }),
  });
  switch (name) {
    case 'find':
      return [find(body.filter, body.limit)];
    case 'findAndModify':
      return [find(body.query, 1)];
    case 'update':
      return (body.updates as { q: unknown }[]).map(({ q }) => find(q));
    case 'delete':
      return (body.deletes as { q: unknown }[]).map(({ q }) => find(q));
    case 'count':
    case 'distinct':
      return [find(body.query)];
    case 'aggregate':
      return questionsOfPipeline(collection, body.pipeline as Json[]);
    default:
      return [];
  }
}

/** Conditions that must all hold, by field; and lists of which one must hold. */
interface All {
  fields: [string, unknown][];
  ors: Json[][];
}

function allOf(filter: Json): All {
  const found: All = { fields: [], ors: [] };
  for (const [name, value] of Object.entries(filter)) {
    if (name === '$and')
      for (const one of value as Json[]) {
        const { fields, ors } = allOf(one);
        found.fields.push(...fields);
        found.ors.push(...ors);
      }
    else if (name === '$or') found.ors.push(value as Json[]);
    else if (!name.startsWith('$')) found.fields.push([name, value]);
  }
  return found;
}

const isOperators = (value: unknown): value is Json =>
  isPlain(value) && Object.keys(value).some((key) => key[0] === '$');
/** These name a stretch of an index; `$ne`, `$nin` and `$not` leave nearly all of it. */
const BOUNDING = ['$eq', '$in', '$gt', '$gte', '$lt', '$lte', '$elemMatch', '$all'];

const bounds = (condition: unknown): boolean => {
  if (condition instanceof RegExp) return condition.source.startsWith('^') && condition.flags === '';
  if (!isOperators(condition)) return true;
  if (typeof condition.$regex === 'string') return condition.$regex.startsWith('^');
  // Each value is a stretch of its own, and so is each beginning of a text.
  if (Array.isArray(condition.$in)) return condition.$in.every((one) => !(one instanceof RegExp) || bounds(one));
  return condition.$exists === true || BOUNDING.some((name) => name in condition);
};

/** The values that a condition allows, where it names them. */
const valuesOf = (condition: unknown): unknown[] | null => {
  if (!isOperators(condition)) return [condition];
  if ('$eq' in condition) return [condition.$eq];
  return Array.isArray(condition.$in) ? condition.$in : null;
};

/** Whether whatever fits `condition` fits what a partial index asks of that field. */
function implies(condition: unknown, asked: unknown): boolean {
  const values = valuesOf(condition);
  if (!isOperators(asked)) return values?.every((value) => value === asked) ?? false;
  const { $gt, $gte, $lt, $lte, $exists } = isOperators(condition) ? condition : ({} as Json);
  const some = values ?? [$gt, $gte, $lt, $lte].filter((bound) => bound !== undefined);
  if (some.length === 0) return asked.$exists === true && $exists === true;
  // A comparison fits values of its own type only.
  if (asked.$exists === true) return some.every((one) => one !== null);
  if ('$gt' in asked) {
    const least = values ?? [$gte ?? $gt];
    return least.every((one) => one !== null && one !== undefined && (one as number) >= (asked.$gt as number));
  }
  if (asked.$type === 'string') return some.every((one) => typeof one === 'string');
  if (asked.$type === 'date') return some.every((one) => one instanceof Date);
  if (Array.isArray(asked.$in)) return values?.every((one) => (asked.$in as unknown[]).includes(one)) ?? false;
  return false;
}

const covers = ({ partialFilterExpression, sparse, key }: Index, { fields }: All): boolean => {
  const [first = ''] = Object.keys(key);
  const needed = { ...partialFilterExpression, ...(sparse && { [first]: { $exists: true } }) };
  return Object.entries(needed).every(([name, asked]) =>
    fields.some(([field, condition]) => field === name && implies(condition, asked)),
  );
};

/** Whether it gives the documents in this order, so that a limit ends the reading. */
function orders({ key }: Index, sort: Json): boolean {
  const [keys, wanted] = [Object.entries(key), Object.entries(sort)];
  const turned = keys[0]?.[1] !== wanted[0]?.[1];
  return wanted.every(
    ([name, way], at) => keys[at]?.[0] === name && (Number(keys[at]?.[1]) === Number(way)) !== turned,
  );
}

/** Through an index, by MongoDB's rules; `_id` always has one. */
export function isIndexed({ filter, sort, limit }: Omit<Question, 'collection'>, indexes: readonly Index[]): boolean {
  const all = allOf(filter);
  const found = [{ key: { _id: 1 } }, ...indexes].some((index: Index) => {
    if (!covers(index, all)) return false;
    const [first] = Object.keys(index.key);
    if (all.fields.some(([field, condition]) => field === first && bounds(condition))) return true;
    // All of a partial index is little.
    const ends = limit !== undefined || index.partialFilterExpression !== undefined;
    return sort !== undefined && ends && Object.keys(sort).length > 0 && orders(index, sort);
  });
  if (found) return true;
  const others = (choices: Json[]) => all.ors.filter((one) => one !== choices).map((one) => ({ $or: one }));
  return all.ors.some((choices) =>
    choices.every((choice) =>
      isIndexed({ filter: { $and: [Object.fromEntries(all.fields), choice, ...others(choices)] } }, indexes),
    ),
  );
}
