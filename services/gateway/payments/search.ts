/**
 * Finding a payment by whatever a student at the desk can show: an id, the 12 digits of a UPI screenshot (UTR, RRN), a
 * name, a roll number, a phone. Pure: from what was typed to a filter.
 */
import type { Flag } from '../../../shared/outcome.ts';
import { wantedWords } from '../../../shared/search.ts';
import { oneLine } from '../../../shared/text.ts';

type Filter = Record<string, unknown>;

/** Those with this flag, in words that the small index of those with any answers. */
export const withFlag = (flag: Flag): Filter => ({ flags: flag, 'flags.0': { $exists: true } });

/** The filter for what was typed; null: for all. "asha ra" finds Asha Rao: each word begins one of hers. */
export function paymentSearch(typed: string): Filter | null {
  const text = oneLine(typed);
  if (/^(pay|man)_\w+$/.test(text)) return { _id: text };
  if (/^order_\w+$/.test(text)) return { 'payment.value.order_id': text };
  if (/^qr_\w+$/.test(text)) return { 'qr.value.id': text };
  const wanted = wantedWords(text);
  return wanted.length === 0 ? null : { $and: wanted.map((words) => ({ words: { $in: words } })) };
}
