/**
 * What the store has to say of a payment, from two things alone: Razorpay's books as they stand at the end, and what
 * people decided. Written anew from the design's rules, on purpose: it shares no code with the services.
 */
import type { Stage } from './students.ts';
import { PRICE } from './students.ts';

type Json = Record<string, unknown>;

/** A line of the simulator's books. */
export interface Booked {
  id: string;
  amount: number;
  currency: string;
  status: string;
  captured: boolean;
  amount_refunded: number;
  order_id: string | null;
  qr_code_id: string | null;
  email: string | null;
  created_at: number;
  notes: Json | [] | null;
  order_notes: Json | [] | null;
  qr_notes: Json | [] | null;
  refunds: Json[];
  disputes: Json[];
  [field: string]: unknown;
}

/** What organisers decided about one payment. */
export interface Decided {
  event_id?: number;
  details?: Json;
  ours?: boolean;
  released: string[];
}

export interface Expected {
  facts: { payment: Json; order: Json | null; qr: Json | null; refunds: Json; disputes: Json };
  /** `ticketed` where nothing but a competition for a seat or a student's one ticket can stand in its way. */
  outcome: string;
  flags: string[];
  event_id: number | null;
  details: Json | null;
  email: string | null;
  released: string[];
}

const SPELT: Record<string, string[]> = {
  name: ['name', 'Student Name'],
  roll_number: ['roll_number', 'USN'],
  college_name: ['college_name', 'College'],
  department: ['department', 'branch'],
  phone: ['phone'],
  email: ['email', 'E-Mail'],
  event_id: ['event_id', 'Event'],
};

const fields = (source: unknown): Json => {
  const said: Json = {};
  for (const [field, keys] of Object.entries(SPELT))
    for (const key of keys)
      if ((source as Json | null)?.[key] !== undefined) said[field] = String((source as Json)[key]);
  return said;
};

const pick = (from: Json, ...names: string[]): Json => Object.fromEntries(names.map((name) => [name, from[name]]));

const pairs = (notes: unknown, keysOnly: boolean) =>
  Object.entries((notes ?? {}) as Json)
    .map(([key, value]) => ({ key, value: keysOnly ? '' : String(value) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));

function factsOf(booked: Booked, known: { order: boolean; qr: boolean }, bare: boolean): Expected['facts'] {
  const money = ['amount', 'currency', 'status', 'amount_refunded', 'refund_status', 'captured', 'fee', 'tax'];
  const rest = ['id', 'order_id', 'method', 'error_code', 'error_reason', 'created_at'];
  const rrn = (booked.acquirer_data as { rrn?: string | null } | null)?.rrn ?? null;
  const personal = bare
    ? { email: null, contact: null, description: null, rrn: null }
    : { ...pick(booked, 'email', 'contact', 'description'), rrn };
  const byId = (list: Json[], ...names: string[]) =>
    Object.fromEntries(
      list.map((one) => [
        one.id,
        pick(one, 'id', 'payment_id', 'amount', 'currency', 'status', ...names, 'created_at'),
      ]),
    );
  return {
    payment: { ...pick(booked, ...money, ...rest), ...personal, notes: pairs(booked.notes, bare) },
    order: known.order ? { id: booked.order_id, notes: pairs(booked.order_notes, bare) } : null,
    qr: known.qr ? { id: booked.qr_code_id, notes: pairs(booked.qr_notes, bare) } : null,
    refunds: byId(booked.refunds),
    disputes: byId(booked.disputes, 'phase', 'reason_code'),
  };
}

const LATE_S = 15 * 60;

/** What depends on how a history went, and may. */
export interface Went {
  /** It had a ticket before its notes were changed: it stays ours. */
  stays: boolean;
  /** What was learnt by looking, when a person said that it is ours before there was money. */
  learnt: { order: boolean; qr: boolean };
}

/** `now` in seconds, on the services' clock. */
export function expected(booked: Booked, decided: Decided, stage: Stage, now: number, went: Went): Expected {
  const { first, small } = stage;
  const throughCode = booked.qr_code_id === first.qr;
  // An order or a code is only learnt of once there is money; an event's own code lists all that came through it.
  const known = {
    order: booked.order_id !== null && (booked.captured || (decided.ours === true && went.learnt.order)),
    qr: booked.qr_code_id !== null && (booked.captured || throughCode || (decided.ours === true && went.learnt.qr)),
  };
  const { event_id: note, ...noted } = {
    ...(known.order && fields(booked.order_notes)),
    ...(known.qr && fields(booked.qr_notes)),
    ...fields(booked.notes),
  } as Json;
  const details: Json = { ...noted, ...decided.details };

  const byNote =
    note === first.slug || note === String(first.id) ? first.id : note === String(small.id) ? small.id : null;
  const event = decided.event_id ?? (note === undefined ? (throughCode ? first.id : null) : byNote);
  const student = noted.name !== undefined && Object.keys(noted).length > 1;
  const ours =
    student ||
    byNote !== null ||
    throughCode ||
    went.stays ||
    decided.ours === true ||
    decided.event_id !== undefined ||
    decided.details !== undefined;

  const whole = booked.status === 'refunded' || booked.amount_refunded >= booked.amount;
  const let_go = (reason: string) => decided.released.includes(reason);
  const outcome = (): string => {
    if (!ours) return 'foreign';
    if (whole) return 'revoked';
    if (booked.status === 'authorized' && now - booked.created_at > LATE_S) return 'held:not_captured';
    if (booked.status !== 'captured') return 'awaiting';
    if (event === null) return 'held:unassigned_event';
    if (details.name === undefined || details.roll_number === undefined) return 'held:incomplete_details';
    if (booked.currency !== 'INR' && !let_go('wrong_currency')) return 'held:wrong_currency';
    if (booked.currency === 'INR' && booked.amount < PRICE && !let_go('underpaid')) return 'held:underpaid';
    return 'ticketed';
  };

  const is = outcome();
  const flags = {
    partly_refunded: booked.amount_refunded > 0 && !whole,
    overpaid: ours && event !== null && booked.currency === 'INR' && booked.amount > PRICE,
    disputed: booked.disputes.some(({ status }) => status !== 'won' && status !== 'closed'),
    refund_failed: booked.refunds.some(({ status }) => status === 'failed'),
  };
  const payer = booked.email === 'void@razorpay.com' ? null : booked.email;
  return {
    facts: factsOf(booked, known, !ours),
    outcome: is,
    flags: Object.entries(flags).flatMap(([flag, holds]) => (holds ? [flag] : [])),
    event_id: ours ? event : null,
    details: ours ? details : null,
    email: (details.email as string | undefined) ?? payer,
    released: decided.released,
  };
}
