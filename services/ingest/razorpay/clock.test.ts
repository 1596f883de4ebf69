/** Razorpay's clock: no fact may claim to be newer than it is. */
import { expect } from 'chai';
import fc from 'fast-check';
import { MOMENT } from '../../../test/patience.ts';
import { createRazorpayClock, observedAt } from './clock.ts';

const at = (seconds: number) => new Date(seconds * 1_000).toUTCString();

describe('Razorpay’s clock', () => {
  const real = { now: Date.now, performance: performance.now };
  let own = 0;
  let running = 0;
  beforeEach(() => {
    own = 1_795_000_000_400;
    running = 5_000;
    Date.now = () => own;
    performance.now = () => running;
  });
  afterEach(() => {
    Date.now = real.now;
    performance.now = real.performance;
  });
  const pass = (ms: number) => {
    own += ms;
    running += ms;
  };

  it('is ours until it is heard', () => {
    const clock = createRazorpayClock();
    expect(clock.now()).to.equal(1_795_000_000);
    expect(clock.ageMs()).to.equal(Number.POSITIVE_INFINITY);
  });

  it('goes on from what was heard last, however wrong ours is', () => {
    const clock = createRazorpayClock();
    for (const heard of [1_795_086_400, 1_700_000_000]) {
      clock.hear(at(heard));
      expect([clock.now(), clock.ageMs()]).to.deep.equal([heard, 0]);
      pass(1_999);
      expect([clock.now(), clock.ageMs()]).to.deep.equal([heard + 1, 1_999]);
    }
  });

  it('takes no notice of an answer without a date that can be read', () => {
    const clock = createRazorpayClock();
    clock.hear(at(1_795_086_400));
    pass(1_000);
    for (const odd of [undefined, '', 'soon']) clock.hear(odd);
    expect([clock.now(), clock.ageMs()]).to.deep.equal([1_795_086_401, 1_000]);
  });
});

describe('when the facts of an answer were true', () => {
  it('is its date less the call’s duration, in whole seconds', () => {
    expect(observedAt(at(1_795_000_010), 0)).to.equal(1_795_000_010);
    expect(observedAt(at(1_795_000_010), 1)).to.equal(1_795_000_009);
    expect(observedAt(at(1_795_000_010), 2_000)).to.equal(1_795_000_008);
  });

  it('is by our own clock where there is no date', () => {
    for (const odd of [undefined, '', 'soon']) expect(observedAt(odd, 500, 1_795_000_000_400)).to.equal(1_794_999_999);
    expect(observedAt(undefined, 0)).to.be.closeTo(Date.now() / 1_000, MOMENT);
  });

  it('is never later than the answer, nor before there was time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e9 }), fc.nat({ max: 60_000 }), (second, duration) => {
        expect(observedAt(at(second), duration)).to.be.within(0, second);
      }),
    );
    expect(observedAt(at(1), 60_000)).to.equal(0);
  });
});
