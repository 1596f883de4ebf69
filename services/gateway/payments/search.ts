/**
 * Finding a payment by whatever a student at the desk can show: an id, the 12 digits of a UPI screenshot (UTR, RRN), a
 * name, a roll number, a phone. Pure: from what was typed to a filter.
 */
import { STUDENT_FIELDS } from '../../../shared/student/fields.ts';
import { oneLine } from '../../../shared/text.ts';

type Filter = Record<string, unknown>;

const quoted = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** In a note too, whatever its key: what was typed there may not have been understood. */
const inDetails = (pattern: RegExp, fields: readonly string[]): Filter[] =>
  fields.flatMap((field) => [{ [`details.${field}`]: pattern }, { [`overrides.details.${field}`]: pattern }]);
const inNotes = (pattern: RegExp): Filter[] => [
  { 'payment.value.notes.value': pattern },
  { 'order.value.notes.value': pattern },
];

const TEXT_FIELDS = STUDENT_FIELDS.filter((field) => ['name', 'roll_number', 'email'].includes(field));

/** The last ten digits say whose phone it is, with whatever country code and spaces. */
function byDigits(digits: string): Filter[] {
  const phone = new RegExp(`${[...digits.slice(-10)].join('[ -]?')}$`);
  return [
    { 'payment.value.rrn': digits },
    ...inDetails(new RegExp(`^${digits}`), ['roll_number']),
    ...(digits.length >= 6
      ? [{ 'payment.value.contact': phone }, ...inDetails(phone, ['phone']), ...inNotes(phone)]
      : []),
  ];
}

/** The filter for what was typed; null: for all. */
export function paymentSearch(typed: string): Filter | null {
  const text = oneLine(typed);
  if (text === '') return null;
  if (/^(pay|man)_\w+$/.test(text)) return { _id: text };
  if (/^order_\w+$/.test(text)) return { $or: [{ 'payment.value.order_id': text }, { 'order.value.id': text }] };
  if (/^rfnd_\w+$/.test(text)) return { [`refunds.${text}`]: { $exists: true } };
  if (/^qr_\w+$/.test(text)) return { 'qr.value.id': text };
  const digits = text.replaceAll(/[\s+()-]/g, '');
  if (/^\d{4,}$/.test(digits)) return { $or: byDigits(digits) };
  // Each word begins one of the words that stand there: "asha ra" finds Asha Rao.
  const words = text.split(/\s+/).slice(0, 6);
  return {
    $and: words.map((word) => {
      const pattern = new RegExp(`(^|[\\s.@_-])${quoted(word)}`, 'i');
      return { $or: [...inDetails(pattern, TEXT_FIELDS), ...inNotes(pattern), { 'payment.value.email': pattern }] };
    }),
  };
}
