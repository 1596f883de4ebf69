import { isDeepStrictEqual } from 'node:util';
import { expect } from 'chai';
import fc from 'fast-check';
import { type Observation, sightings } from '../../../shared/razorpay/observation.ts';
import { anyObservation } from '../../../test/observations.ts';
import { deadLetterId, redeliveryDelay } from './redelivery.ts';

const failures = fc.integer({ min: -5, max: 10_000 });

describe('the wait before a message is delivered again', () => {
  it('is a second first, then leaves room for somebody to act', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 99].map((count) => redeliveryDelay(count))).to.deep.equal([
      1_000, 5_000, 15_000, 30_000, 60_000, 120_000, 300_000, 300_000, 300_000,
    ]);
  });

  it('is by another table where one is given', () => {
    expect([0, 1, 2, 3].map((count) => redeliveryDelay(count, [5, 7]))).to.deep.equal([5, 5, 7, 7]);
  });

  it('never gets shorter, and always ends', () => {
    fc.assert(
      fc.property(failures, (count) => {
        expect(redeliveryDelay(count))
          .to.be.within(1_000, 300_000)
          .and.at.most(redeliveryDelay(count + 1));
      }),
    );
  });
});

describe('the id of a dead letter', () => {
  const id = (observation: Observation) => deadLetterId(Buffer.from(observation.id), observation);
  const PAYMENT = 'pay_AAAAAAAAAAAAAA';

  it('is the same for the same facts of one payment, whoever saw them, however and when', () => {
    fc.assert(
      fc.property(anyObservation(PAYMENT), anyObservation(PAYMENT), (one, other) => {
        const again = { ...one, id: other.id, source: other.source, observed_at: other.observed_at };
        expect(id(again)).to.equal(id(one));
        expect(id(one)).to.match(/^pay_AAAAAAAAAAAAAA\.[0-9a-f]{32}$/);
        const facts = (of: Observation) => sightings(of).map(({ path, register }) => [path, register.value]);
        expect(id(one) === id(other)).to.equal(isDeepStrictEqual(facts(one), facts(other)));
      }),
    );
  });

  it('is the bytes’ own where they cannot be read', () => {
    const unreadable = (text: string) => deadLetterId(Buffer.from(text), null);
    expect(unreadable('a'))
      .to.match(/^unreadable\.[0-9a-f]{32}$/)
      .and.equal(unreadable('a'));
    expect(unreadable('a')).to.not.equal(unreadable('b'));
  });
});
