/**
 * A student finds the own ticket by what only they know: the reference of the payment and the phone it names. Slowed
 * down by address and by reference; whatever does not fit is the same answer, so that nobody learns what there is.
 */
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { Problem } from '../../../shared/http/problem.ts';
import type { PaymentDoc } from '../../../shared/store/documents.ts';
import { usableAddress } from '../../../shared/student/address.ts';
import { askService } from '../ask-service.ts';
import { meantAddress } from '../attendees/meant.ts';
import { callerOf } from '../auth/caller.ts';
import type { Gateway } from '../gateway.ts';
import type { SignedIn } from '../http/route.ts';
import { faulty } from '../http/validate.ts';
import { changePayment } from '../payments/change.ts';
import { presentOne } from '../payments/load.ts';
import type { PaymentAnswer } from '../payments/present.ts';
import { hasPhone, phoneDigits, referenceFilter, spelling } from './match.ts';

export interface FindLimits {
  /** Tries in a window. */
  perAddress: number;
  perReference: number;
  /** Seconds. */
  window: number;
  /** Mails of one payment in an hour. */
  mailsPerHour: number;
}

/** A class behind one address gets by; somebody who tries numbers does not. */
export const FIND_LIMITS: FindLimits = { perAddress: 40, perReference: 10, window: 600, mailsPerHour: 3 };

export interface Asked {
  reference: string;
  phone: string;
  address: string;
  correlationId: string;
}

/** Who does it, in the audit trail. */
const STUDENT: SignedIn = { id: 0, username: 'student', role: 'admin', club_id: null, session: '' };
const HOUR_S = 3_600;
const MAIL_WITHIN_MS = 5_000;
/** One UTR may stand on several payments of a bank's batch. */
const CANDIDATES = 5;

const take = async (limiter: RateLimiterMemory, key: string, what: string) => {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    const minutes = Math.max(1, Math.ceil(refusal.msBeforeNext / 60_000));
    throw new Problem(
      429,
      { detail: `${what}; try again in ${minutes} min` },
      { headers: { 'Retry-After': String(minutes * 60) } },
    );
  }
};

/** What came to nothing does not count. */
const counted = async <T>(limiter: RateLimiterMemory, key: string, what: string, act: () => Promise<T>): Promise<T> => {
  await take(limiter, key, what);
  try {
    return await act();
  } catch (error) {
    await limiter.reward(key);
    throw error;
  }
};

const NO_REFERENCE = {
  field: 'reference',
  message: 'is neither the 12 digits of a UTR nor a payment id, pay_ and 14 letters and digits',
};
const NO_PHONE = { field: 'phone', message: 'must have its 10 digits' };

export type FindTicket = ReturnType<typeof findTicket>;

export function findTicket(limits: FindLimits = FIND_LIMITS) {
  const byAddress = new RateLimiterMemory({ points: limits.perAddress, duration: limits.window });
  const byReference = new RateLimiterMemory({ points: limits.perReference, duration: limits.window });
  const mails = new RateLimiterMemory({ points: limits.mailsPerHour, duration: HOUR_S });

  /** Null: nothing fits, and which of the two does not is not told. @throws Problem 422 what is no reference or phone at all, 429 */
  async function find(
    { store }: Pick<Gateway, 'store'>,
    { reference, phone, address }: Asked,
  ): Promise<PaymentDoc | null> {
    const filter = referenceFilter(reference);
    const faults = [...(filter ? [] : [NO_REFERENCE]), ...(phoneDigits(phone) ? [] : [NO_PHONE])];
    // What can fit nothing costs no try: their form says nothing of what there is.
    if (!filter || faults.length > 0) throw faulty(422, faults);
    await take(byAddress, callerOf(address), 'too many tries from here');
    await take(byReference, spelling(reference), 'too many tries for this payment');
    const found = await store.payments
      .find({ $and: [filter, { 'outcome.kind': { $ne: 'foreign' } }] })
      .limit(CANDIDATES)
      .lean<PaymentDoc[]>();
    return found.find((doc) => hasPhone(doc, phone)) ?? null;
  }

  const found = async (gateway: Gateway, asked: Asked): Promise<PaymentDoc> => {
    const doc = await find(gateway, asked);
    if (!doc) throw new Problem(404, { detail: 'no payment fits both; look at the digits again' });
    return doc;
  };
  const present = async ({ store }: Gateway, doc: PaymentDoc): Promise<PaymentAnswer> =>
    (await presentOne(store, doc)).answer;

  return {
    async look(gateway: Gateway, asked: Asked): Promise<PaymentAnswer | null> {
      const doc = await find(gateway, asked);
      return doc && present(gateway, doc);
    },

    /** To the address that is known, never to another. @throws Problem 404, 409, 429, 503 */
    async send(gateway: Gateway, asked: Asked): Promise<PaymentAnswer> {
      const doc = await found(gateway, asked);
      const answer = await present(gateway, doc);
      if (!answer.attendee?.live || !answer.mail || answer.mail.kind !== 'ticket')
        throw new Problem(409, { detail: 'there is no valid ticket to send' });
      const question = { mail_ids: [answer.mail.id], requested_by: STUDENT.username };
      const how = { timeoutMs: MAIL_WITHIN_MS, correlationId: asked.correlationId };
      await counted(mails, doc._id, 'it was sent several times already', async () => {
        const { refused } = await askService(gateway.bus, 'ticketing.resend', question, how);
        if (refused[0]) throw new Problem(409, { detail: refused[0].reason });
      });
      return answer;
    },

    /**
     * Only where there is none, nor one on its way to the ticket: who knows a reference must not turn a ticket away from
     * its owner. `ask`: what was most likely meant; nothing is changed before somebody is `sure`. @throws Problem 404, 409,
     * 422, 429
     */
    async giveAddress(
      gateway: Gateway,
      asked: Asked,
      { email, sure }: { email: string; sure: boolean },
    ): Promise<{ payment: PaymentAnswer; ask: string | null }> {
      const doc = await found(gateway, asked);
      const answer = await present(gateway, doc);
      if (answer.attendee?.email || doc.overrides?.details?.email || !answer.attendee?.live)
        throw new Problem(409, { detail: 'there is an address already; the organisers can change it' });
      const usable = usableAddress(email);
      if (usable === null) throw faulty(422, [{ field: 'email', message: 'must be an e-mail address' }]);
      const ask = sure ? null : await meantAddress(gateway.store, doc.event_id, usable);
      if (ask !== null) return { payment: answer, ask };
      const acting = { gateway, user: STUDENT, correlationId: asked.correlationId };
      const changed = await counted(mails, doc._id, 'too many tries for this ticket', () =>
        changePayment(doc._id, { details: { email: usable } }, acting, {
          'overrides.details.email': { $in: [null, ''] },
        }),
      );
      return { payment: await present(gateway, changed), ask: null };
    },
  };
}
