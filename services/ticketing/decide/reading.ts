/** Reading a stored payment: whose it is, which details count, where the mail goes. Pure. */
import type { PaymentDoc } from '../../../shared/store/documents.ts';
import { usableAddress } from '../../../shared/student/address.ts';
import type { Aliases } from '../../../shared/student/aliases.ts';
import { givenDetails, type NoteField, STUDENT_FIELDS, type StudentDetails } from '../../../shared/student/fields.ts';
import { type NoteFields, noteFieldNames, noteFields } from '../../../shared/student/notes.ts';

export interface Reading {
  details: StudentDetails;
  /** A usable address, or null. */
  email: string | null;
  /** What the notes call the event. */
  eventNote: string | null;
  /** A name and at least one more student field. */
  looksOurs: boolean;
  /** Personal data was stripped from the payment, but its note keys look like ours. */
  strippedButOurs: boolean;
}

/** A name and a gender alone stand in many a shop's notes, too. */
const ours = (has: (field: NoteField) => boolean): boolean =>
  has('name') && STUDENT_FIELDS.some((field) => field !== 'name' && field !== 'gender' && has(field));

/** Any part of it: new notes make a payment whole that is ours by its order's, which are still bare. */
export const isStripped = ({ payment, qr, order }: PaymentDoc): boolean =>
  [payment, qr, order].some((register) => register?.stripped === true);

/** Overrides beat the payment's notes, these the QR code's, these the order's; field by field. */
export function read(payment: PaymentDoc, aliases: Aliases): Reading {
  const registers = [payment.payment?.value.notes, payment.qr?.value.notes, payment.order?.value.notes];
  const sources = registers.map((notes) => noteFields(notes ?? [], aliases));
  const merged: NoteFields = Object.assign({}, ...sources.reverse());
  const { event_id: eventNote, ...noted } = merged;
  const details: StudentDetails = givenDetails({ ...noted, ...givenDetails(payment.overrides?.details) });
  const keys = registers.map((notes) => noteFieldNames(notes ?? [], aliases));
  return {
    details,
    email: usableAddress(details.email) ?? usableAddress(payment.payment?.value.email),
    eventNote: eventNote ?? null,
    looksOurs: ours((field) => merged[field] !== undefined),
    strippedButOurs: isStripped(payment) && ours((field) => keys.some((some) => some.has(field))),
  };
}
