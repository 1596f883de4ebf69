import { expect } from 'chai';
import fc from 'fast-check';
import { canonical, digest, disputeTie, observedAt, paymentRank, refundRank, version } from './version.ts';

const seconds = fc.integer({ min: 0, max: 99_999_999_999 });
const amount = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const parts = fc.tuple(fc.integer({ min: 0, max: 3 }), seconds, amount, fc.constantFrom('0a', '0b', 'ff'));

const compared = (a: readonly (number | string)[], b: readonly (number | string)[]): number => {
  const at = a.findIndex((part, index) => part !== b[index]);
  return at === -1 ? 0 : (a[at] as number) < (b[at] as number) ? -1 : 1;
};

describe('a version', () => {
  it('compares as text like rank, time, amount refunded and digest do, in this order', () => {
    fc.assert(
      fc.property(parts, parts, fc.integer({ min: 0, max: 4 }), (a, b, same) => {
        // Alike in the first few parts, so that each part decides now and then.
        const other = [...a.slice(0, same), ...b.slice(same)] as typeof b;
        const [one, two] = [version(...a), version(...other)];
        expect(one < two ? -1 : one > two ? 1 : 0).to.equal(compared(a, other));
      }),
    );
  });

  it('tells the second at which its facts were seen', () => {
    fc.assert(
      fc.property(parts, (of) => {
        expect(observedAt(version(...of))).to.equal(of[1]);
      }),
    );
  });
});

describe('how far a payment has come', () => {
  it('rises from created over failed and authorized to captured, and captured and refunded are equals', () => {
    const rank = (status: string) => paymentRank({ status, captured: status === 'refunded', fee: null });
    expect(
      ['created', 'pending', 'failed', 'authorized', 'captured', 'refunded', 'never heard of'].map(rank),
    ).to.deep.equal([0, 0, 1, 2, 3, 3, 0]);
  });

  it('is no further for money given back before its capture than authorized, to which that refund’s failure leads', () => {
    expect(paymentRank({ status: 'refunded', captured: false, fee: null })).to.equal(2);
    expect(paymentRank({ status: 'refunded', captured: false, fee: 2 })).to.equal(3);
  });

  it('of a refund goes one way', () => {
    expect(['pending', 'processed', 'failed', 'new to us'].map(refundRank)).to.deep.equal([0, 1, 2, 0]);
  });

  it('breaks a tie of disputes for the later state', () => {
    expect(['open', 'under_review', 'won', 'lost', 'closed'].map(disputeTie)).to.deep.equal([0, 0, 1, 1, 2]);
  });
});

describe('a digest', () => {
  const facts = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }));
  const reversed = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(reversed)
      : value !== null && typeof value === 'object'
        ? Object.fromEntries(
            Object.entries(value)
              .reverse()
              .map(([key, item]) => [key, reversed(item)]),
          )
        : value;

  it('is the same for the same facts, in whatever order their fields come', () => {
    fc.assert(
      fc.property(facts, (value) => {
        expect(digest(reversed(value) as object)).to.equal(digest(value));
      }),
    );
    expect(digest({})).to.match(/^[0-9a-f]{32}$/);
  });

  it('is another for other facts', () => {
    const different = [{ a: 1 }, { a: '1' }, { a: null }, { a: [] }, { a: {} }, { a: [1] }, { b: 1 }, { a: [[]] }];
    expect(new Set(different.map(digest)).size).to.equal(different.length);
  });

  it('is taken over JSON with its keys sorted', () => {
    expect(canonical({ b: [1, 'x', { d: null, c: undefined }], a: true })).to.equal(
      '{"a":true,"b":[1,"x",{"c":null,"d":null}]}',
    );
  });
});
