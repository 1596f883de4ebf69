/** The requests that services ask each other over the bus: subject, question, answer. */
import type { MailTemplate } from '../mail-template/template.ts';
import type { PaymentFacts } from '../razorpay/facts.ts';
import type { Observation } from '../razorpay/observation.ts';
import type { RedactionReason, SweepCounts, SweepState } from '../store/documents.ts';
import type { DetailChanges, StudentDetails } from '../student/fields.ts';
import type { Bus } from './index.ts';

export interface SyncQuestion {
  /** Seconds; both or neither. */
  from?: number;
  to?: number;
  /** Only this payment. */
  payment_id?: string;
  requested_by: string;
  /** Answer by then with what is known, ms. */
  wait_ms: number;
}

export interface SyncAnswer {
  sweep_id: string;
  state: SweepState;
  from: number | null;
  to: number | null;
  counts: SweepCounts;
  /** Why it is not complete. */
  error: string | null;
}

export interface ReplayAnswer {
  /** Handled by now, failed again, and not tried yet because time ran out. */
  replayed: number;
  failed: number;
  remaining: number;
  /** Why the last one failed again. */
  reason: string | null;
}

/** A mail to look at: pictures are in the HTML itself. */
export interface MailPreview {
  from: string;
  to: string;
  subject: string;
  html: string;
  text: string;
  attachments: string[];
}

/** Somebody who is given a ticket without a payment of ours. */
export interface Admitted {
  details: StudentDetails;
  /** A usable address, or null. */
  email: string | null;
  /** Told again, it is the same attendee with the same ticket: whoever heard no answer may ask once more. */
  request_id?: string;
}

/** Added; there already, by roll number; or no seat was left. */
export type Admission = { kind: 'added' | 'there'; attendee_id: number } | { kind: 'full' };

/** Subject → question and answer. Failures come back as `RequestFailed` with an HTTP status. */
export interface Requests {
  /** Runs a sweep now, or fetches one payment, and answers once what it published is settled, or after `wait_ms`. */
  'ingest.sync': { question: SyncQuestion; answer: SyncAnswer };
  /** One payment live from Razorpay. 404: Razorpay does not know it. 502: Razorpay failed. */
  'ingest.payment-status': { question: { payment_id: string }; answer: { payment: PaymentFacts; observed_at: number } };
  /** One payment with its order and QR code, as an observation to be joined. `absent` where Razorpay does not know it. */
  'ingest.lookup': { question: { payment_id: string }; answer: { observation: Observation } };
  /**
   * A signed webhook's body that could not be read, read once more (base64). `payment_id`: the payment that an unreadable
   * one names, so that Razorpay can be asked for it instead. `unread`: what beside the payment cannot be read, and why.
   */
  'ingest.read': {
    question: { body: string };
    answer:
      | { kind: 'observation'; observation: Observation; unread: string | null }
      | { kind: 'unused' }
      | { kind: 'unreadable'; reason: string; payment_id: string | null };
  };
  /** Handle this dead letter again, or all of them (of one payment). 404: there is none of that id. */
  'ticketing.replay': {
    question: { id?: string; payment_id?: string; requested_by: string };
    answer: ReplayAnswer;
  };
  /** Mails to be sent again now, whatever became of them; those of which that is no use are answered with why. */
  'ticketing.resend': {
    question: { mail_ids: string[]; requested_by: string };
    answer: { owed: string[]; refused: { id: string; reason: string }[] };
  };
  /** A mail as it would go out now. 404: there is none of that id. 409: it cannot be made. */
  'ticketing.preview': { question: { mail_id: string }; answer: MailPreview };
  /** An event's ticket mail for a made-up student, by this template. 404: there is no such event. 422: a fault in it. */
  'ticketing.preview-template': { question: { event_id: number; template: MailTemplate }; answer: MailPreview };
  /**
   * The same, sent now to this address. Its code opens no door. 404, 422 also where the address is refused, 503 with what
   * the mail server said.
   */
  'ticketing.test-template': {
    question: { event_id: number; template: MailTemplate; to: string };
    answer: { subject: string };
  };
  /** Tickets by hand for these people, each with an answer, in order. 404: there is no such event. 409: it is cancelled. */
  'ticketing.admit': {
    question: { event_id: number; people: Admitted[]; requested_by: string };
    answer: { people: Admission[] };
  };
  /**
   * Details of an attendee made by hand; null takes one away, what is not named stays. 404: there is none. 409: a payment's
   * by now, or the roll number is another's.
   */
  'ticketing.correct': {
    question: { attendee_id: number; changes: DetailChanges; requested_by: string };
    answer: { changed: boolean };
  };
  /** Takes a ticket away for good, a payment's too, also one that a refund took; false: it was before. 404: there is no such attendee. */
  'ticketing.revoke': { question: { attendee_id: number; requested_by: string }; answer: { revoked: boolean } };
  /**
   * Erases the personal data of this attendee and its payment, or of this payment and its attendee. `redacted` false: it
   * was before. 404: there is none. 409: its event is still to come, and the ticket is not given up.
   */
  'ticketing.redact': {
    question: {
      attendee_id?: number;
      payment_id?: string;
      give_up_ticket: boolean;
      reason: Exclude<RedactionReason, 'retention'>;
      requested_by: string;
    };
    answer: { redacted: boolean };
  };
  /** The token of an attendee's ticket, to be shown or printed. 404: there is none. 409: the ticket is not valid any more. */
  'ticketing.show': { question: { attendee_id: number; requested_by: string }; answer: { token: string } };
  /** Settle this payment, or re-decide what is held for this event (all events: empty), now instead of within a minute. */
  'ticketing.settle': { question: { payment_id?: string; event_id?: number }; answer: { settled: number } };
}
export type RequestSubject = keyof Requests;

/** Asks another service. @throws NobodyAnswers, BusUnavailable, RequestFailed */
export const ask = <S extends RequestSubject>(
  bus: Bus,
  subject: S,
  question: Requests[S]['question'],
  options: { timeoutMs: number; correlationId: string },
): Promise<Requests[S]['answer']> => bus.request(subject, question, options);

/** Answers the others' requests. The question is what a service of ours sent; it is read as typed. */
export const answer = <S extends RequestSubject>(
  bus: Bus,
  subject: S,
  handler: (question: Requests[S]['question'], correlationId: string) => Promise<Requests[S]['answer']>,
): void =>
  bus.serve(subject, (body, correlationId) =>
    handler((body ?? {}) as Requests[S]['question'], correlationId ?? crypto.randomUUID()),
  );
