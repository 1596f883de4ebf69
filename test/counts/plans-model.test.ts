import { expect } from 'chai';
import { type Index, isIndexed, questionsOf, shapeOf } from './plans.ts';

const INDEXES: Index[] = [
  { key: { event_id: 1, created_at: -1, _id: -1 } },
  { key: { created_at: -1, _id: -1 } },
  { key: { pending: 1, since: 1 }, partialFilterExpression: { pending: true } },
  { key: { seen_at: 1 }, partialFilterExpression: { disputes: { $exists: true } } },
  { key: { rrn: 1 }, partialFilterExpression: { rrn: { $type: 'string' } } },
  { key: { refunded: 1 }, partialFilterExpression: { refunded: { $gt: 0 } } },
  { key: { 'trail.at': 1 }, sparse: true },
];

describe('whether a query has an index', () => {
  const DATE = new Date();
  const yes: Record<string, Parameters<typeof isIndexed>[0]> = {
    'by id': { filter: { _id: 'a' } },
    'by one of some ids, and more': { filter: { _id: { $in: ['a'] }, other: 1 } },
    'by the first field': { filter: { event_id: 1, other: { $ne: 2 } } },
    'by a range': { filter: { created_at: { $lt: DATE } } },
    'by the beginning of a text': { filter: { rrn: { $regex: '^12' }, other: 1, event_id: 3 } },
    'by one of some beginnings': { filter: { event_id: { $in: [/^12/, 'x'] } } },
    'inside $and': { filter: { $and: [{ other: 1 }, { $and: [{ event_id: { $in: [1, 2] } }] }] } },
    'each way of $or': { filter: { $or: [{ event_id: 1 }, { _id: 'a', other: 2 }] } },
    'each way of $or, with what is beside it': { filter: { since: null, $or: [{ pending: true }, { event_id: 1 }] } },
    'by what a partial index has': { filter: { pending: true } },
    'by a text that a partial index has': { filter: { rrn: '123' } },
    'by a number that a partial index has': { filter: { refunded: { $gt: 0 } } },
    'by a time, where there is one': { filter: { 'trail.at': { $lte: DATE } } },
    'in its order, with an end': { filter: {}, sort: { created_at: -1 }, limit: 10 },
    backwards: { filter: {}, sort: { created_at: 1, _id: 1 }, limit: 10 },
    'in the order of a partial one, all of it': { filter: { disputes: { $exists: true } }, sort: { seen_at: 1 } },
  };
  const no: Record<string, Parameters<typeof isIndexed>[0]> = {
    everything: { filter: {} },
    'by a field that has none': { filter: { other: 1 } },
    'by a second field alone': { filter: { _ip: 1, since: DATE } },
    'by what something is not': { filter: { event_id: { $ne: 1 } } },
    'by one of some texts, of one only a part': { filter: { event_id: { $in: ['x', /12/] } } },
    'by the beginning of a text in any case': { filter: { event_id: /^x/i } },
    'by a part of a text': { filter: { event_id: { $regex: 'x' } } },
    'one way of $or without': { filter: { $or: [{ event_id: 1 }, { other: 2 }] } },
    'by what a partial index lacks': { filter: { pending: false } },
    'by what a partial index may lack': { filter: { rrn: { $in: ['1', null] } } },
    'by a number that a partial index may lack': { filter: { refunded: { $gte: -1 } } },
    'only by what a partial index is about': { filter: { disputes: { $exists: true } } },
    'by the lack of what a sparse one has': { filter: { 'trail.at': null } },
    'in its order, without an end': { filter: {}, sort: { created_at: -1 } },
    'in another order': { filter: {}, sort: { created_at: -1, _id: 1 }, limit: 10 },
  };
  for (const [what, question] of Object.entries(yes))
    it(`yes: ${what}`, () => expect(isIndexed(question, INDEXES)).to.equal(true));
  for (const [what, question] of Object.entries(no))
    it(`no: ${what}`, () => expect(isIndexed(question, INDEXES)).to.equal(false));

  it('is asked of every command that looks for something, and of what a pipeline joins', () => {
    const asked = (name: string, body: Record<string, unknown>) =>
      questionsOf({ name, collection: 'payments', body, text: '', work: null, empty: false });
    expect(asked('find', { filter: { a: 1 }, sort: new Map([['b', -1]]), limit: 5 })).to.deep.equal([
      { collection: 'payments', filter: { a: 1 }, sort: { b: -1 }, limit: 5 },
    ]);
    expect(asked('findAndModify', { query: { a: 1 } })).to.deep.equal([
      { collection: 'payments', filter: { a: 1 }, limit: 1 },
    ]);
    expect(asked('update', { updates: [{ q: { a: 1 } }, { q: { b: 1 } }] })).to.have.length(2);
    expect(asked('delete', { deletes: [{ q: { a: 1 } }] })).to.have.length(1);
    expect(asked('insert', { documents: [{}] })).to.deep.equal([]);
    const pipeline = [
      { $match: { a: 1 } },
      { $lookup: { from: 'events', localField: 'event_id', foreignField: 'number', as: 'event' } },
      { $unionWith: { coll: 'mails', pipeline: [{ $match: { b: 1 } }] } },
    ];
    expect(asked('aggregate', { pipeline })).to.deep.equal([
      { collection: 'payments', filter: { a: 1 } },
      { collection: 'events', filter: { number: 'one' } },
      { collection: 'mails', filter: { b: 1 } },
    ]);
  });

  it('is the same for all of one shape', () => {
    expect(shapeOf({ a: 1, b: [DATE, 2], c: { $in: [] } })).to.deep.equal({
      a: 'number',
      b: ['object', 'number'],
      c: { $in: [] },
    });
    expect(shapeOf({ a: null })).to.not.deep.equal(shapeOf({ a: 1 }));
  });
});
