/** The documents in the store, one interface a collection. Who writes what stands beside each. */
import type { MailTemplate } from '../mail-template/template.ts';
import type { Flag, HoldAbout, HoldReason, OutcomeKind } from '../outcome.ts';
import type { AbsenceFacts, DisputeFacts, OrderFacts, PaymentFacts, QrFacts, RefundFacts } from '../razorpay/facts.ts';
import type { Register, Source } from '../razorpay/observation.ts';
import type { StudentDetails } from '../student/fields.ts';

/** What people decided about a payment, through the gateway. Beats the notes; never touched by the join. */
export interface Overrides {
  event_id?: number;
  /** "": a person took the correction back; as the notes say. */
  details?: StudentDetails;
  /** "This is ours." */
  ours?: boolean;
  /** The holds that a person let go, each by its reason. */
  released?: HoldReason[];
}

/** By what a payment's event was chosen; `default` and `only` are guesses. */
export type ChosenBy = 'override' | 'notes' | 'qr' | 'default' | 'only';

/** Why personal data is gone: its time was over, or somebody asked. Closed, so that no words of anybody get into the trail. */
export const REDACTION_REASONS = ['retention', 'asked', 'mistake', 'other'] as const;
export type RedactionReason = (typeof REDACTION_REASONS)[number];

/** Written with `redacted_at`: what the trail tells of it. */
export interface RedactedBy {
  /** A username, or `ticketing` by schedule. */
  by: string;
  reason: RedactionReason;
  correlation_id: string;
  /** Its ticket is given up, also one that is being made at that moment. */
  gives_up_ticket?: true;
}

/**
 * A payment: registers written by the join (by the gateway where it was taken by hand), overrides written by the gateway, the rest by settling (ticketing).
 * `checked_at` is ingest's: when the sweep last asked Razorpay for it by id.
 */
export interface PaymentDoc {
  _id: string;
  payment?: Register<PaymentFacts>;
  order?: Register<OrderFacts>;
  qr?: Register<QrFacts>;
  absence?: Register<AbsenceFacts>;
  refunds?: Record<string, Register<RefundFacts>>;
  disputes?: Record<string, Register<DisputeFacts>>;
  overrides?: Overrides;
  /** Taken by hand (`man_…`): Razorpay knows nothing of it. Written by the gateway. */
  manual?: { by: string; reference: string | null };
  /** Its personal data is gone, and the join brings none back. Written by ticketing, with everything it empties, whoever writes that else. */
  redacted_at?: Date;
  redacted_by?: RedactedBy;
  /** Counts the changes of any input. Settling ends only if it is still what it read. */
  rev: number;
  /** Effects are not done yet. Anything may pick it up and finish it. */
  pending: boolean;
  pending_since?: Date | null;
  /** Who settles it at the moment; void after `until`. */
  settling?: { token: string; until: Date } | null;
  attempts: number;
  next_at?: Date | null;
  error?: string | null;
  first_seen_at: Date;
  first_source: Source | 'desk';
  /** The observation that changed it last. */
  changed_by: { observation: string; source: Source | 'desk'; event: string | null; correlation_id: string; at: Date };
  /** Its order and QR code were looked up at Razorpay before it was held or called foreign. */
  looked_up_at?: Date | null;
  checked_at?: Date | null;
  outcome?: { kind: OutcomeKind; reason: HoldReason | null; since: Date; about?: HoldAbout };
  flags: Flag[];
  /** What it is found by (shared/search.ts): what the join sees is added, settling makes it whole. */
  words?: string[];
  /** As settled: the event it is for, the attendee it made, the details that counted. */
  event_id: number | null;
  /** By what that event was chosen, and a digest of what the payment said then. Absent in older documents; null: it has none. */
  event_choice?: { by: ChosenBy; evidence: string } | null;
  attendee_id: number | null;
  details: StudentDetails | null;
}

export const TICKET_END_REASONS = ['refunded', 'reassigned', 'by_hand'] as const;
export type TicketEndReason = (typeof TICKET_END_REASONS)[number];

/** A ticket; `id` is what the QR carries. */
export interface Ticket {
  id: string;
  event_id: number;
  issue: number;
  issued_at: Date;
  revoked_at: Date | null;
  revoked_reason: TicketEndReason | null;
}

/** What a person asked for about an attendee: whose trail it goes into. */
export interface PendingByHand {
  token: string;
  by: string;
  correlation_id: string;
  at: Date;
}

/** Written by ticketing; check-in fields by the gateway. */
export interface AttendeeDoc {
  _id: number;
  event_id: number;
  /** One attendee a payment, live or not. Null: made by hand. */
  payment_id: string | null;
  /** Holds a seat and a valid ticket. Unique among the live: (event, student) and (event, seat). */
  live: boolean;
  student_key: string | null;
  seat: number | null;
  details: StudentDetails;
  /** Where the mail goes: the student's own, else the payment's. */
  email: string | null;
  ticket: Ticket;
  past_tickets: Ticket[];
  checked_in_at: Date | null;
  checked_in_by: string | null;
  /** Of the scan that let them in: the same scan sent again is answered the same. */
  checked_in_nonce?: string | null;
  /** The gate's name; null: the scanner named none. */
  checked_in_gate?: string | null;
  /** Check-ins that a person took back, oldest first. */
  past_checkins?: PastCheckin[];
  created_at: Date;
  /** Its personal data is gone: name, address, numbers, the notes of check-ins taken back. Written by ticketing. */
  redacted_at?: Date;
  redacted_by?: RedactedBy;
  /**
   * A person made, changed or revoked it, and the mails and the trail that follow are not done yet. Set with the change
   * itself; whoever finds it does the rest. Written by ticketing.
   */
  pending?: PendingByHand;
  /** Of the last change of anything here, on the writer's clock: a door's list is brought up to date by it. */
  changed_at?: Date;
}

export const UNDO_REASONS = ['wrong_person', 'mistake', 'left_again', 'test', 'other'] as const;
export type UndoReason = (typeof UNDO_REASONS)[number];

export interface PastCheckin {
  at: Date;
  by: string;
  gate: string | null;
  nonce: string | null;
  undone_at: Date;
  undone_by: string;
  reason: UndoReason;
  /** In words of whoever took it back. */
  note: string | null;
}

/**
 * Somebody whom a door without network let in, while the store says otherwise: in already by another gate, refunded. Kept,
 * because it happened. `_id` is `<event>:<user>:<nonce>`: uploaded twice it is one. Written by the gateway.
 */
export interface ConflictDoc {
  _id: string;
  event_id: number;
  attendee_id: number | null;
  ticket_id: string | null;
  /** Why the store does not let them in: one of the check-in reasons. */
  reason: string;
  /** When and where that door let them in, on our clock. */
  scanned_at: Date;
  gate: string | null;
  device: string | null;
  /** Who told of it. */
  by: string;
  /** Who let them in, as that door says; null: the same. */
  recorded_by?: string | null;
  nonce: string;
  /** The check-in that counts, where there is one. */
  first: { at: Date; by: string | null; gate: string | null } | null;
  uploaded_at: Date;
}

export const MAIL_KINDS = ['ticket', 'cancellation'] as const;
export type MailKind = (typeof MAIL_KINDS)[number];
export const MAIL_STATES = ['owed', 'sending', 'sent', 'failed', 'no_address', 'cancelled'] as const;
/**
 * owed → sending → sent | owed (retry) | failed | cancelled; no_address until there is one.
 */
export type MailState = (typeof MAIL_STATES)[number];
/** Not sent, and not being sent; once it was cancelled it is none of these. */
export const UNSENT_STATES: readonly MailState[] = ['owed', 'no_address', 'failed'];

/**
 * The outbox. `_id` is `<attendee>:<kind>:<issue>`; what a mail is known by is its ticket and kind, so owing twice is owing
 * once. Written by ticketing.
 */
export interface MailDoc {
  _id: string;
  attendee_id: number;
  event_id: number;
  payment_id: string | null;
  kind: MailKind;
  issue: number;
  ticket_id: string;
  state: MailState;
  /** Tickets before bulk: lower goes first. */
  priority: number;
  to: string | null;
  message_id: string;
  due_at: Date;
  /** Sends that this mail itself failed; a server that is down burns none. */
  attempts: number;
  lease: { token: string; until: Date } | null;
  /** Sends of which nobody knows whether they arrived: the sender vanished, or the server did not answer. */
  unconfirmed: number;
  /**
   * The last fault, without addresses, and how many of its kind in a row. `unconfirmed`: faults of that kind since it was
   * owed, whatever came in between. `contents`: the server refused what it says. `alone`: how often it refused this very mail,
   * others having got through in between.
   */
  error: {
    kind: string;
    text: string;
    at: Date;
    times: number;
    unconfirmed?: number;
    contents?: boolean;
    alone?: number;
  } | null;
  correlation_id: string;
  /** When the student paid, on Razorpay's clock. */
  paid_at: Date | null;
  created_at: Date;
  /** When it went out last; it may be owed once more since. */
  sent_at: Date | null;
  /** How often its address was corrected while it was being sent: whoever marks it looks where it should have gone. */
  readdressed?: number;
  /** Audit entries written with the mark they tell of, until recovery moves them into the audit trail. */
  trail?: ActivityDoc[];
}

export const EVENT_STATUSES = ['open', 'closed', 'cancelled'] as const;
export type EventStatus = (typeof EVENT_STATUSES)[number];

/** Written by the gateway. */
export interface EventDoc {
  _id: number;
  name: string;
  slug: string | null;
  description: string | null;
  date: Date;
  ends_at: Date | null;
  venue: string | null;
  doors_open_at: Date | null;
  doors_close_at: Date | null;
  /** Payments made after this are held. */
  closes_at: Date | null;
  /** When `status` became closed; payments made after this are held. */
  closed_at: Date | null;
  timezone: string;
  currency: string;
  /** Oldest first, minor units; empty: any amount will do. */
  prices: { amount: number | null; from: Date }[];
  /** Null: no limit. */
  capacity: number | null;
  razorpay_qr_id: string | null;
  status: EventStatus;
  /** The club whose organizers run it; null, or absent in older documents: admins only. */
  club_id?: number | null;
  /** The ids of the users who work at its door. Absent in older documents. */
  staff?: number[];
  created_at: Date;
  created_by: string;
  updated_at: Date;
}

/** The look of an event's mails; `_id` is the event's. Absent: the default. Written by the gateway. */
export interface MailTemplateDoc extends MailTemplate {
  _id: number;
  updated_at: Date;
  updated_by: string;
}

export const SWEEP_STATES = ['running', 'complete', 'failed', 'interrupted'] as const;
export type SweepState = (typeof SWEEP_STATES)[number];

/** Written by ingest. */
export interface SweepDoc {
  _id: string;
  kind: 'scheduled' | 'manual';
  requested_by: string | null;
  /** A sync of one payment only. */
  payment_id: string | null;
  state: SweepState;
  /** Seconds on Razorpay's clock; null until they are known. */
  from: number | null;
  to: number | null;
  started_at: Date;
  ended_at: Date | null;
  /** The replica that runs it says so again and again; past this it is interrupted. */
  lease_until: Date;
  step: string;
  counts: SweepCounts;
  error: string | null;
  correlation_id: string;
}

export interface SweepCounts {
  /** Calls to Razorpay, and list pages among them. */
  calls: number;
  pages: number;
  /** Different payments seen at Razorpay. */
  fetched: number;
  /** Entries that nobody could read: they lie in the dead letters, and what they tell is not in the store. */
  unreadable: number;
  /** Of these: not in our store, and there but different. */
  missing: number;
  changed: number;
  published: number;
  /** What webhooks had missed: new or changed, and older than 2 minutes. */
  found: number;
  /** What became of the published ones. */
  ticketed: number;
  held: number;
  foreign: number;
  awaiting: number;
  revoked: number;
  /** Published and stored, but not settled when the sweep ended. */
  pending: number;
}

/** One document, `_id: 'sweep'`: the schedule that replicas share by compare-and-set. Written by ingest. */
export interface ScheduleDoc {
  _id: string;
  next_at: Date;
  lease: { token: string; until: Date } | null;
  /** Seconds: everything up to here was seen by a complete sweep. */
  watermark: number | null;
  /** Failures in a row since the last complete sweep. */
  failures: number;
  last_complete_at: Date | null;
  /** Per QR code, seconds up to which its payments were seen. */
  qr_codes: Record<string, number>;
  /** Seconds: up to here a complete sweep has seen the refunds of the month before. */
  refunds_to?: number;
}

/**
 * What this store belongs to. `razorpay` (written by ingest): mode and account, for good. `aliases` (written by
 * ticketing): digest of the alias table that foreign payments were last judged with. `retention` (written by ticketing):
 * how long personal data is kept, for all who tell of it, and when to look again.
 */
export interface BindingDoc {
  _id: string;
  mode?: 'test' | 'live' | null;
  account_id?: string | null;
  /** The API key that the last complete sweep was made with. */
  key_id?: string | null;
  digest?: string;
  /** The id of the key that ticketing signs with. */
  kid?: string;
  /** Days after an event; null: never by schedule. */
  days?: number | null;
  /** Whoever moves it on looks for what is due: one replica at a time. */
  next_at?: Date;
}

export const DEAD_LETTER_STATES = ['retrying', 'dead', 'replayed'] as const;

/**
 * Messages that could not be handled. retrying: it comes again by itself, failures counted over replicas and restarts;
 * dead: given up, a person replays it; replayed: handled after all, kept for its history. Written by ticketing.
 */
export interface DeadLetterDoc {
  _id: string;
  state: (typeof DEAD_LETTER_STATES)[number];
  subject: string;
  payment_id: string | null;
  /** The message, as it came; empty once it is replayed: it holds personal data. */
  payload: Buffer;
  /** Bytes. */
  size: number;
  /** Of the last failure. */
  reason: string;
  /** Failures; from one again where it fails after a replay that worked. */
  attempts: number;
  /** The last replays. `reason`: why it failed again. */
  replays: { at: Date; by: string; handled: boolean; reason: string | null; correlation_id: string }[];
  correlation_id: string;
  first_at: Date;
  last_at: Date;
  expires_at: Date;
}

export const ROLES = ['admin', 'organizer', 'staff'] as const;
export type Role = (typeof ROLES)[number];

export interface UserDoc {
  _id: number;
  username: string;
  /** The username in lower case: `Asha` and `asha` are one. Unique. */
  username_key: string;
  email: string | null;
  full_name: string | null;
  /** `scrypt$N$r$p$salt$hash`. */
  password: string;
  role: Role;
  /** An organizer always has one, but for those in older documents, which lack the field. */
  club_id?: number | null;
  disabled: boolean;
  created_at: Date;
  created_by: string;
}

/** Owns events, through its organizers. Written by the gateway. */
export interface ClubDoc {
  _id: number;
  name: string;
  /** In lower case: two clubs of one name nobody can tell apart. Unique. */
  name_key: string;
  description: string | null;
  email: string | null;
  phone: string | null;
  /** Not active: its members cannot sign in. Its events go on. */
  active: boolean;
  created_at: Date;
  created_by: string;
  updated_at: Date;
}

/** A signed-in user; `_id` is the token's `jti`. Deleted on logout. */
export interface SessionDoc {
  _id: string;
  user_id: number;
  username: string;
  role: Role;
  club_id?: number | null;
  created_at: Date;
  expires_at: Date;
}

export interface CounterDoc {
  _id: string;
  n: number;
}

/** The audit trail, appended by all. `_id` is natural where an effect may be done twice. Ids only, never values. */
export interface ActivityDoc {
  _id: string;
  at: Date;
  action: string;
  actor: string;
  subject: string;
  payment_id: string | null;
  event_id: number | null;
  attendee_id: number | null;
  correlation_id: string | null;
  /** Ids, states, reasons, field names; no personal data, no secret. */
  facts: Record<string, unknown>;
}
