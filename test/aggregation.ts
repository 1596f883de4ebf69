/**
 * The few of MongoDB's aggregation operators that the join is written in, so that its rules can be tested without a
 * server, thousands of times. That a server agrees is tested beside it.
 */
type Doc = Record<string, unknown>;

const MISSING = Symbol('missing');

function field(doc: Doc, path: string): unknown {
  let at: unknown = doc;
  for (const name of path.split('.')) {
    if (at === null || typeof at !== 'object' || !Object.hasOwn(at, name)) return MISSING;
    at = (at as Doc)[name];
  }
  return at;
}

/** BSON's order of types, as far as needed: nothing and null come before everything. */
function compare(a: unknown, b: unknown): number {
  const rank = (value: unknown) =>
    [MISSING, undefined].includes(value as never) ? 0 : value === null ? 1 : value instanceof Date ? 4 : 3;
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  const [one, two] = [a, b].map((value) => (value instanceof Date ? value.getTime() : value)) as [string, string];
  return one === two ? 0 : one < two ? -1 : 1;
}

const truthy = (value: unknown) => ![MISSING, undefined, null, false, 0].includes(value as never);
const isNothing = (value: unknown) => value === MISSING || value === null || value === undefined;

const OPERATORS: Record<string, (values: unknown[]) => unknown> = {
  $eq: ([a, b]) => compare(a, b) === 0,
  $ne: ([a, b]) => compare(a, b) !== 0,
  $gt: ([a, b]) => compare(a, b) > 0,
  $substrBytes: ([text, from, length]) => String(text).slice(from as number, (from as number) + (length as number)),
  $lte: ([a, b]) => compare(a, b) <= 0,
  $not: ([a]) => !truthy(a),
  $and: (values) => values.every(truthy),
  $or: (values) => values.some(truthy),
  $add: (values) => values.reduce<number>((sum, value) => sum + (value as number), 0),
  $ifNull: (values) => values.find((value) => !isNothing(value)) ?? values.at(-1),
  $setUnion: (lists) => [...new Set((lists as string[][]).flat())].sort(),
  $max: (values) =>
    values.filter((value) => !isNothing(value)).reduce((most, one) => (compare(most, one) >= 0 ? most : one)),
  $mergeObjects: (values) => Object.assign({}, ...values.filter((value) => !isNothing(value))),
  $type: ([value]) => (value === MISSING ? 'missing' : typeof value),
};

function evaluate(doc: Doc, expression: unknown): unknown {
  if (typeof expression === 'string') return expression.startsWith('$') ? field(doc, expression.slice(1)) : expression;
  if (expression === null || typeof expression !== 'object' || expression instanceof Date) return expression;
  if (Array.isArray(expression)) return expression.map((one) => evaluate(doc, one));
  const [[name, argument] = ['', null]] = Object.entries(expression);
  if (name === '$literal') return argument;
  if (name === '$cond') {
    const [when, then, otherwise] = argument as unknown[];
    return evaluate(doc, truthy(evaluate(doc, when)) ? then : otherwise);
  }
  const operator = OPERATORS[name];
  if (operator) return operator([evaluate(doc, argument)].flat());
  if (name.startsWith('$')) throw new Error(`${name} is not known here`);
  const made = Object.entries(expression).map(([key, value]) => [key, evaluate(doc, value)]);
  return Object.fromEntries(made.filter(([, value]) => value !== MISSING));
}

function put(doc: Doc, path: string, value: unknown): void {
  const names = path.split('.');
  const last = names.pop() as string;
  let at = doc;
  for (const name of names) {
    at[name] = { ...((at[name] as Doc | undefined) ?? {}) };
    at = at[name] as Doc;
  }
  if (value === MISSING) delete at[last];
  else at[last] = value;
}

/** What an update pipeline makes of `doc` (null: an upsert of `_id`). */
export function updated(doc: object | null, _id: string, pipeline: readonly object[]): Doc {
  let current: Doc = structuredClone((doc ?? { _id }) as Doc);
  for (const stage of pipeline as { $set?: Doc; $unset?: string[] }[]) {
    const next = structuredClone(current);
    // Every expression of a stage sees the document as it was before the stage.
    for (const [path, expression] of Object.entries(stage.$set ?? {})) put(next, path, evaluate(current, expression));
    for (const path of stage.$unset ?? []) put(next, path, MISSING);
    current = next;
  }
  return current;
}
