/** One person with values that stand nowhere else, and a look through a whole database for any of them. */
import type { Observation } from '../shared/razorpay/observation.ts';
import type { DeadLetterDoc } from '../shared/store/documents.ts';
import type { Store } from '../shared/store/index.ts';
import { facts, PAID_AT, STUDENT } from './documents.ts';

export const PERSON = { utr: '600000000042' };

const { college_name: _, department: __, ...own } = STUDENT;
/** Whatever tells who it is. */
const VALUES: readonly string[] = [...Object.values(own), ...Object.values(PERSON)];

const textOf = (value: unknown): string =>
  JSON.stringify(value, function (key, one) {
    const given = this[key];
    if (Buffer.isBuffer(given)) return given.toString('utf8');
    if (given?._bsontype === 'Binary') return Buffer.from(given.value()).toString('utf8');
    return one;
  });

/** A phone is kept from its end, too, to be found by that. */
const formsOf = (value: string): string[] => {
  const lower = value.toLowerCase();
  return /^\d{6,}$/.test(value) ? [lower, [...lower].reverse().join('')] : [lower];
};

/**
 * Where any of these values stands, in any form of upper and lower case: `collection/_id: value`. Goes through every
 * collection that there is, whatever it is for.
 */
export async function valuesIn(
  store: Store,
  values: readonly string[],
  ignored: (collection: string, id: unknown) => boolean = () => false,
): Promise<string[]> {
  const db = store.connection.db;
  if (!db) throw new Error('the store is not open');
  const found: string[] = [];
  for (const { name } of await db.listCollections({}, { nameOnly: true }).toArray())
    for await (const document of db.collection(name).find()) {
      if (ignored(name, document._id)) continue;
      const text = textOf(document).toLowerCase();
      for (const value of values)
        if (formsOf(value).some((form) => text.includes(form))) found.push(`${name}/${document._id}: ${value}`);
    }
  return found.sort();
}

/** Of the student that the tests' documents are about. `letters`: the dead letters that are looked into. */
export const personIn = (store: Store, letters: 'all' | 'by id' | 'none' = 'all'): Promise<string[]> =>
  valuesIn(
    store,
    VALUES,
    (name, id) => name === 'dead_letters' && (letters === 'none' || (letters === 'by id' && id === 'unreadable')),
  );

/** Dead letters about the payment: one by its id, one that nobody could read; and another's. */
export function lettersFor(paymentId: string): DeadLetterDoc[] {
  const letter = (_id: string, payment_id: string | null, text: string): DeadLetterDoc => ({
    _id,
    state: 'dead',
    subject: 'payments.observed',
    payment_id,
    payload: Buffer.from(text),
    size: text.length,
    reason: 'failed',
    attempts: 8,
    replays: [],
    correlation_id: 'c',
    first_at: new Date(),
    last_at: new Date(),
    expires_at: new Date(Date.now() + 3_600_000),
  });
  return [
    letter('by-id', paymentId, `{"name":"${STUDENT.name}"}`),
    letter('unreadable', null, `{"entity":"${paymentId}","email":"${STUDENT.email}"`),
    letter('another', null, '{"entity":"pay_OtherOtherOthe"'),
  ];
}

/** Sights of the payment as `paymentDoc` has it: the same once more, and then refunded with its notes. */
export function joinable(payment_id: string): { observed: Observation; refunded: Observation } {
  const observed: Observation = {
    id: 'again',
    payment_id,
    source: 'webhook',
    observed_at: PAID_AT + 3,
    correlation_id: 'c',
    payment: facts({ acquirer_data: { rrn: PERSON.utr } }),
  };
  const payment = facts({ acquirer_data: { rrn: PERSON.utr }, status: 'refunded', amount_refunded: 29_900 });
  return { observed, refunded: { ...observed, id: 'refund', observed_at: PAID_AT + 100, payment } };
}
