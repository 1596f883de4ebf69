/** The stand-in for MongoDB chooses an index: it must find the same as without any, in the same order. */
import { expect } from 'chai';
import fc from 'fast-check';
import { mongo } from 'mongoose';
import { testServers } from '../../../test/servers.ts';

const DOCUMENTS = 400;
const INDEXES: [Record<string, 1 | -1>, mongo.CreateIndexesOptions?][] = [
  [{ event: 1, at: -1, _id: -1 }],
  [{ at: -1, _id: -1 }],
  [{ gone: 1, kind: 1, at: 1 }],
  [{ kind: 1, why: 1, at: 1, _id: 1 }],
  [{ waits: 1, at: 1 }, { partialFilterExpression: { waits: true } }],
  [{ code: 1, event: 1 }, { partialFilterExpression: { code: { $type: 'string' } } }],
  [{ 'past.at': 1, at: 1 }, { sparse: true }],
  [{ kind: 1 }, { partialFilterExpression: { past: { $exists: true } } }],
  [{ words: 1 }],
  [{ marks: 1, at: -1, _id: -1 }, { partialFilterExpression: { 'marks.0': { $exists: true } } }],
  [{ name: -1 }],
];

const instant = fc.integer({ min: 0, max: 30 });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const word = fc.constantFrom('a', 'as', 'asha', 'as.a', 'ash\0', 'aé', 'b');
const values = {
  event: maybe(fc.integer({ min: 1, max: 3 })),
  at: maybe(instant),
  gone: maybe(instant),
  kind: maybe(fc.constantFrom('held', 'ticketed')),
  why: fc.constantFrom('full', 'late'),
  waits: fc.boolean(),
  code: maybe(fc.constantFrom('a', 'b', 'a\0b')),
  name: maybe(word),
};
const marks = fc.array(fc.constantFrom('late', 'over'), { maxLength: 2 });
const document = fc.record(
  {
    ...values,
    past: fc.array(fc.record({ at: instant }), { maxLength: 3 }),
    words: fc.array(word, { maxLength: 4 }),
    marks,
  },
  { requiredKeys: [] },
);

const range = fc.record({ $gt: instant, $gte: instant, $lt: instant, $lte: instant }, { requiredKeys: [] });
const clause = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof(
    { weight: 3, arbitrary: value },
    { weight: 1, arbitrary: fc.record({ $in: fc.array(value, { maxLength: 3 }) }) },
    { weight: 1, arbitrary: fc.record({ $nin: fc.array(value, { maxLength: 2 }) }) },
    { weight: 1, arbitrary: fc.record({ $ne: value }) },
  );
const instants = fc.oneof(range, clause(maybe(instant)));
const pattern = fc.constantFrom(/^as/, /^as\.a/, /^as.a/, /^asx*/, /^a|b/, /^/, /as/, /^AS/i, /^as\0?/, /^aé/);
const texts = fc.oneof(
  clause(word),
  pattern,
  fc.record({ $in: fc.array(fc.oneof(word, pattern), { maxLength: 3 }) }),
  fc.constant(null),
);
const clauses = {
  ...{ words: texts, name: texts },
  ...{ event: clause(values.event), at: instants, gone: clause(values.gone), kind: clause(values.kind) },
  ...{ why: clause(values.why), waits: values.waits, code: clause(values.code), 'past.at': instants },
  past: fc.record({ $exists: fc.boolean() }),
  _id: fc.record({ $gte: fc.integer({ min: 0, max: DOCUMENTS }) }),
};
/** As whoever asks for one has to say it. */
const marked = fc.constantFrom('late', 'over').map((mark) => ({ marks: mark, 'marks.0': { $exists: true } }));
/** Few fields at a time: many find nothing. */
const plain = fc
  .tuple(fc.record(clauses), fc.subarray(Object.keys(clauses), { maxLength: 4 }))
  .map(([all, names]) => Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name))));
const filter = fc.oneof(
  { weight: 4, arbitrary: plain },
  { weight: 1, arbitrary: fc.tuple(plain, marked).map(([one, mark]) => ({ $and: [one, mark] })) },
  { weight: 1, arbitrary: fc.tuple(plain, plain, plain).map(([one, ...others]) => ({ ...one, $or: others })) },
  { weight: 1, arbitrary: fc.tuple(plain, plain).map(([one, other]) => ({ ...one, $and: [other] })) },
);
const direction = fc.constantFrom(1 as const, -1 as const);
/** Half of them as an index has it, or the other way round. */
const sort = fc
  .tuple(fc.constantFrom('at', 'at', 'event', 'kind'), direction, fc.boolean())
  .map(([field, way, alike]) => ({ [field]: way, _id: alike ? way : -way }));

describe('what an index finds', () => {
  let client: mongo.MongoClient;
  let indexed: mongo.Collection;
  let bare: mongo.Collection;
  before(async () => {
    client = await mongo.MongoClient.connect((await testServers()).mongoUri());
    indexed = client.db().collection('indexed');
    bare = client.db().collection('bare');
    for (const [key, options] of INDEXES) await indexed.createIndex(key, options);
    const documents = fc.sample(document, DOCUMENTS).map((one, nth) => ({ ...one, _id: nth as never }));
    await Promise.all([indexed.insertMany(documents), bare.insertMany(documents)]);
  });
  after(() => client?.close());

  it('is what is found without it, in the same order', async () => {
    const asked = fc.record({ filter, sort, skip: fc.nat(20), limit: fc.constantFrom(0, 3, 20) });
    await fc.assert(
      fc.asyncProperty(asked, async ({ filter, sort, skip, limit }) => {
        const ids = async (from: mongo.Collection) =>
          (await from.find(filter as object, { sort: sort as Record<string, 1 | -1>, skip, limit }).toArray()).map(
            ({ _id }) => _id,
          );
        expect(await ids(indexed)).to.deep.equal(await ids(bare));
        const count = (from: mongo.Collection) => from.countDocuments(filter as object);
        expect(await count(indexed)).to.equal(await count(bare));
      }),
      { numRuns: 100 },
    );
  });
});
