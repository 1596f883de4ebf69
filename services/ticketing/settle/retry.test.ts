import { expect } from 'chai';
import fc from 'fast-check';
import { settleDelay } from './retry.ts';

const failures = fc.integer({ min: -5, max: 10_000 });

describe('the wait before a payment is settled again', () => {
  it('is seconds after a blip, and five minutes in an outage', () => {
    expect([0, 1, 2, 3, 4, 5, 99].map(settleDelay)).to.deep.equal([
      2_000, 10_000, 30_000, 60_000, 300_000, 300_000, 300_000,
    ]);
  });

  it('never gets shorter, and always ends', () => {
    fc.assert(
      fc.property(failures, (count) => {
        expect(settleDelay(count))
          .to.be.within(2_000, 300_000)
          .and.at.most(settleDelay(count + 1));
      }),
    );
  });
});
