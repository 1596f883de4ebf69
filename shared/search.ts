/**
 * What a payment is found by: kept beside it as a list with an index of its own (`PaymentDoc.words`), and asked for by what
 * somebody types. Both sides of that list are here, so that they agree. Pure.
 */
import type { Note } from './razorpay/facts.ts';
import type { PaymentDoc } from './store/documents.ts';
import { PLACEHOLDER } from './student/address.ts';
import type { StudentDetails } from './student/fields.ts';
import { literal, oneLine } from './text.ts';

type Value<R extends 'payment' | 'order' | 'qr'> = { value: Pick<NonNullable<PaymentDoc[R]>['value'], 'notes'> };

/** A payment, or what one sight of it tells. */
export interface Findable {
  payment?: { value: Pick<NonNullable<PaymentDoc['payment']>['value'], 'notes' | 'email' | 'contact' | 'rrn'> };
  order?: Value<'order'>;
  qr?: Value<'qr'>;
  refunds?: Record<string, unknown>;
  details?: StudentDetails | null;
}

/** Of a longer word its beginning counts; of a text without end its first words. */
const LONGEST = 40;
const MOST = 400;
/** The last ten digits say whose phone it is, with whatever country code and blanks. */
const PHONE = 10;
const LEAST_OF_PHONE = 6;

/** In any case and width. */
const folded = (text: string): string => oneLine(text.normalize('NFKC')).toLowerCase();
/** The same without dashes and blanks. */
const compact = (text: string): string => folded(text).replace(/[^\p{L}\p{M}\p{N}]/gu, '');
const cut = (word: string): string => word.slice(0, LONGEST).replace(/[\uD800-\uDBFF]$/, '');

/** What begins inside a word: after a dot, an @, a bracket. */
const INSIDE = /[^\p{L}\p{M}\p{N}](?=[\p{L}\p{N}])/gu;

/** Each word, and from what begins in it on: rao@example.edu is found by "example", too. */
const beginnings = (text: string): string[] =>
  folded(text)
    .split(' ')
    .flatMap((word) => [
      word,
      ...[...word.matchAll(INSIDE)].map(({ 0: sign, index }) => word.slice(index + sign.length)),
    ])
    .map(cut);

// A blank before it: no word, and only found as a whole or from its end.
const markOf = (id: string): string => ` ${id}`;
const markOfUtr = (utr: string): string => ` utr ${cut(compact(utr))}`;
const markOfPhone = (digits: string): string => ` tel ${[...digits.slice(-PHONE)].reverse().join('')}`;

/** From its last digit on: people leave out what comes before. */
function phoneIn(text: string): string[] {
  const end = folded(text).slice(-2 * PHONE);
  const digits = /\d([ -]?\d)*$/.exec(end)?.[0].replaceAll(/\D/g, '') ?? '';
  return digits.length >= LEAST_OF_PHONE ? [markOfPhone(digits)] : [];
}

const values = (notes: readonly Note[]): string[] => notes.map(({ value }) => value);
const given = (texts: readonly (string | null | undefined)[]): string[] => texts.filter((text) => text != null);

/** What stays when personal data goes. */
export const idWords = ({ refunds }: Pick<Findable, 'refunds'>): string[] => Object.keys(refunds ?? {}).map(markOf);

/** All that it is found by, sorted. In a note, whatever its key: what was typed there may not have been understood. */
export function paymentWords(payment: Findable): string[] {
  const { details } = payment;
  const facts = payment.payment?.value;
  const notes = [payment.payment, payment.order, payment.qr].flatMap((register) => values(register?.value.notes ?? []));
  const email = facts?.email === PLACEHOLDER ? null : facts?.email;
  const words = [
    ...idWords(payment),
    ...given([facts?.rrn]).map(markOfUtr),
    ...given([facts?.contact, details?.phone, ...notes]).flatMap(phoneIn),
    ...given([details?.roll_number]).map(compact).map(cut),
    ...given([details?.name, details?.roll_number, details?.email, email, ...notes]).flatMap(beginnings),
  ];
  return [...new Set(words)]
    .filter((word) => word !== '')
    .slice(0, MOST)
    .sort();
}

const beginsWith = (word: string): RegExp => new RegExp(`^${literal(word)}`);

/** Any of these: a word that begins so, with and without its dashes and blanks; a UTR. */
function byWord(word: string): (RegExp | string)[] {
  const bare = compact(word) || word;
  return [...[...new Set([word, bare])].map((one) => beginsWith(cut(one))), markOfUtr(bare)];
}

/** What each of the payment's lists has to hold for what was typed: one of each of these. None: it says nothing. */
export function wantedWords(typed: string): (RegExp | string)[][] {
  const text = folded(typed);
  if (text === '') return [];
  if (/^rfnd_\w+$/i.test(text)) return [[markOf(oneLine(typed))]];
  const digits = text.replaceAll(/[\s+()-]/g, '');
  if (/^\d{4,}$/.test(digits))
    return [[...byWord(text), ...(digits.length >= LEAST_OF_PHONE ? [beginsWith(markOfPhone(digits))] : [])]];
  return text.split(' ').slice(0, 6).map(byWord);
}
