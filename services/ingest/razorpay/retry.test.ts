import { expect } from 'chai';
import fc from 'fast-check';
import {
  failureKind,
  isTransient,
  NotAtRazorpay,
  RazorpayError,
  RazorpayRateLimited,
  RazorpayRejected,
  RazorpayUnauthorized,
  RazorpayUnavailable,
  RazorpayUnreadable,
} from './errors.ts';
import { backoffMs, PATIENT, PROMPT, type RetryPolicy, retrying } from './retry.ts';

const down = new RazorpayUnavailable('payment', 503, 'down');
const limited = (retryAfterMs: number | null = null) =>
  Object.assign(new RazorpayRateLimited('payment', 429, 'slower'), { retryAfterMs });
const all = [
  [limited(), 'rate_limited', true],
  [down, 'unavailable', true],
  [new RazorpayUnauthorized('payment', 401, 'no'), 'unauthorized', false],
  [new NotAtRazorpay('payment', 400, 'no'), 'unknown_id', false],
  [new RazorpayRejected('payment', 400, 'no'), 'rejected', false],
  [new RazorpayUnreadable('payment', 'no amount', {}), 'unreadable', false],
  [new RazorpayError('payment', 418, 'no'), 'other', false],
  [new TypeError('a fault of ours'), 'other', false],
  [undefined, 'other', false],
] as const;

describe('a failed call to Razorpay', () => {
  it('is of one kind, and worth another try only where Razorpay is slow or away', () => {
    for (const [error, kind, transient] of all) {
      expect(failureKind(error), kind).to.equal(kind);
      expect(isTransient(error), kind).to.equal(transient);
    }
  });

  it('says what was asked and how it was answered, under its own name', () => {
    const cause = new Error('reset');
    const error = new RazorpayUnavailable('payments', null, 'no answer', { cause });
    expect(error).to.include({
      name: 'RazorpayUnavailable',
      operation: 'payments',
      status: null,
      message: 'Razorpay, payments: no answer',
      cause,
    });
    expect(all.slice(0, 7).map(([one]) => (one as Error).name)).to.deep.equal([
      'RazorpayRateLimited',
      'RazorpayUnavailable',
      'RazorpayUnauthorized',
      'NotAtRazorpay',
      'RazorpayRejected',
      'RazorpayUnreadable',
      'RazorpayError',
    ]);
  });
});

describe('what came and could not be read', () => {
  it('is kept for the dead letters, out of sight of a log', () => {
    const raw = { email: 'asha@example.edu' };
    const error = new RazorpayUnreadable('payment', 'no amount', raw);
    expect([error.raw, error.status]).to.deep.equal([raw, 200]);
    expect(Object.keys(error)).not.to.include('raw');
  });
});

describe('the wait before another try', () => {
  const policy: RetryPolicy = { tries: 9, baseMs: 500, maxMs: 30_000 };

  it('doubles with each failure up to its bound, with full jitter', () => {
    const longest = (failed: number) => backoffMs(policy, failed, down, () => 1);
    expect([1, 2, 3, 4, 7, 8, 99].map(longest)).to.deep.equal([500, 1_000, 2_000, 4_000, 30_000, 30_000, 30_000]);
    expect(backoffMs(policy, 3, down, () => 0.25)).to.equal(500);
    expect(backoffMs(policy, 3, down, () => 0)).to.equal(0);
  });

  it('is at least what Razorpay asked for, and never beyond the bound', () => {
    expect(backoffMs(policy, 1, limited(5_000), () => 1)).to.equal(5_000);
    expect(backoffMs(policy, 5, limited(5_000), () => 1)).to.equal(8_000);
    expect(backoffMs(policy, 1, limited(3_600_000), () => 0)).to.equal(30_000);
    expect(backoffMs(policy, 1, limited(null), () => 0)).to.equal(0);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5_000 }),
        fc.nat(),
        fc.constantFrom(PATIENT, PROMPT),
        (failed, asked, of) => {
          const wait = backoffMs(of, failed, limited(asked));
          expect(wait).to.be.within(Math.min(asked, of.maxMs), of.maxMs);
        },
      ),
    );
  });

  it('is patient in a sweep, and short where somebody waits', () => {
    const sum = ({ tries, ...rest }: RetryPolicy) =>
      Array.from({ length: tries - 1 }, (_, n) => backoffMs({ tries, ...rest }, n + 1, down, () => 1)).reduce(
        (total, one) => total + one,
      );
    expect([sum(PATIENT), sum(PROMPT)]).to.deep.equal([7_500, 200]);
    expect(PROMPT.maxMs).to.equal(500);
  });
});

describe('trying again', () => {
  const policy: RetryPolicy = { tries: 3, baseMs: 0, maxMs: 0 };
  const caught = async (promise: Promise<unknown>) =>
    promise.then(
      () => 'it succeeded',
      (error: unknown) => error,
    );

  it('ends with the first success', async () => {
    let calls = 0;
    const attempt = async () => {
      if (++calls < 3) throw down;
      return 'done';
    };
    expect(await retrying(policy, undefined, attempt)).to.equal('done');
    expect(calls).to.equal(3);
  });

  it('gives up after so many tries, with the last error', async () => {
    let calls = 0;
    const attempt = async () => {
      throw new RazorpayUnavailable('payment', 503, `down ${++calls}`);
    };
    expect(await caught(retrying(policy, undefined, attempt)))
      .to.have.property('message')
      .that.contains('down 3');
    expect(calls).to.equal(3);
  });

  it('does not try again what cannot succeed', async () => {
    for (const [error, kind, transient] of all) {
      if (transient) continue;
      let calls = 0;
      const attempt = async () => {
        calls++;
        throw error;
      };
      expect(await caught(retrying(policy, undefined, attempt)), kind).to.equal(error);
      expect(calls, kind).to.equal(1);
    }
  });

  it('waits a rate limit out for as long as it has time, at the cost of no try', async () => {
    const answers = async (policy: RetryPolicy, errors: Error[]) => {
      let calls = 0;
      const end = await caught(
        retrying(policy, undefined, async () => {
          const error = errors[calls++];
          if (error) throw error;
          return 'done';
        }),
      );
      return [end, calls];
    };
    const slow = limited();
    const patient = { tries: 2, baseMs: 0, maxMs: 0, limitedForMs: 60_000 };
    expect(await answers(patient, [slow, slow, slow, slow])).to.deep.equal(['it succeeded', 5]);
    expect(await answers(patient, [slow, down, slow, slow])).to.deep.equal(['it succeeded', 5]);
    expect(await answers(patient, [slow, down, slow, down, slow])).to.deep.equal([down, 4]);
    // Out of time, or without any: a failed try like others.
    expect(await answers({ ...patient, limitedForMs: -1 }, [slow, slow, slow])).to.deep.equal([slow, 2]);
    expect(await answers({ tries: 2, baseMs: 0, maxMs: 0 }, [slow, slow, slow])).to.deep.equal([slow, 2]);
  });

  it('stops waiting when it is told to, with the reason it was given', async () => {
    const slow: RetryPolicy = { tries: 3, baseMs: 0, maxMs: 3_600_000 };
    const stopping = new AbortController();
    const reason = new Error('the lease is lost');
    const attempt = async () => {
      setImmediate(() => stopping.abort(reason));
      throw limited(3_600_000);
    };
    expect(await caught(retrying(slow, stopping.signal, attempt))).to.equal(reason);
    let calls = 0;
    const again = async () => {
      calls++;
      throw down;
    };
    expect(await caught(retrying(slow, stopping.signal, again))).to.equal(reason);
    expect(calls).to.equal(1);
  });
});
