/**
 * A template tried out: an event's ticket mail for a made-up student, to look at or sent as a test. It is nobody's ticket:
 * nothing of it is stored, and its QR code carries no token.
 */
import { randomUUID } from 'node:crypto';
import type { SendMailOptions } from 'nodemailer';
import { RequestFailed } from '../../../shared/bus/index.ts';
import type { MailPreview } from '../../../shared/bus/requests.ts';
import { PLACEHOLDERS } from '../../../shared/mail-template/placeholders.ts';
import type { MailTemplate } from '../../../shared/mail-template/template.ts';
import type { AttendeeDoc, EventDoc, MailDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import type { TicketingMetrics } from '../metrics.ts';
import type { MailBreaker } from './breaker.ts';
import { classify, type FaultKind } from './faults.ts';
import { lookOf } from './look.ts';
import { shown } from './preview.ts';
import { type Envelope, renderMail, type Style } from './render.ts';

export interface TrialTools extends Envelope {
  store: Store;
  breaker: MailBreaker;
  metrics: TicketingMetrics;
  domain: string;
}

/** A person waits for the answer; the transport itself would for two minutes. */
const ANSWERED_WITHIN_MS = 15_000;
const SAMPLE_ID = 42;

function sampleAttendee(event: EventDoc, email: string): AttendeeDoc {
  const now = new Date();
  return {
    _id: SAMPLE_ID,
    event_id: event._id,
    payment_id: PLACEHOLDERS.payment_id.example,
    live: true,
    student_key: null,
    seat: null,
    details: {
      name: PLACEHOLDERS.name.example,
      roll_number: PLACEHOLDERS.roll_number.example,
      college_name: PLACEHOLDERS.college_name.example,
      department: PLACEHOLDERS.department.example,
    },
    email,
    ticket: { id: 'test', event_id: event._id, issue: 1, issued_at: now, revoked_at: null, revoked_reason: null },
    past_tickets: [],
    checked_in_at: null,
    checked_in_by: null,
    created_at: now,
  };
}

const sampleMail = (event: EventDoc, domain: string): MailDoc => {
  const now = new Date();
  return {
    _id: 'test',
    attendee_id: SAMPLE_ID,
    event_id: event._id,
    payment_id: PLACEHOLDERS.payment_id.example,
    kind: 'ticket',
    issue: 1,
    ticket_id: 'test',
    state: 'owed',
    priority: 0,
    to: null,
    message_id: `<test.${randomUUID()}@${domain}>`,
    due_at: now,
    attempts: 0,
    lease: null,
    unconfirmed: 0,
    error: null,
    correlation_id: randomUUID(),
    paid_at: null,
    created_at: now,
    sent_at: null,
  };
};

interface Trial {
  event_id: number;
  template: MailTemplate;
}

/** @throws RequestFailed 404, 422 */
async function rendered(
  tools: Pick<TrialTools, 'store' | 'domain' | keyof Envelope>,
  { event_id, template }: Trial,
  to: string,
  trial: Style['trial'],
): Promise<SendMailOptions> {
  const event = await tools.store.events.findById(event_id).lean<EventDoc>();
  if (!event) throw new RequestFailed(404, `there is no event ${event_id}`);
  const { look, faults } = lookOf(template);
  if (faults.length > 0)
    throw new RequestFailed(422, faults.map(({ field, message }) => `${field}: ${message}`).join('; '), {
      errors: faults,
    });
  return renderMail(sampleMail(event, tools.domain), sampleAttendee(event, to), event, tools, { look, trial });
}

/** @throws RequestFailed 404, 422 */
export const previewTemplate = async (
  tools: Pick<TrialTools, 'store' | 'domain' | keyof Envelope>,
  question: Trial,
): Promise<MailPreview> => shown(await rendered(tools, question, '', 'preview'), tools.from, '');

const WORDS: Record<FaultKind, string> = {
  address: 'the mail server does not take this address',
  temporary: 'the mail server does not take it right now',
  unconfirmed: 'it may have arrived',
  server: 'the mail server fails',
};

/** @throws RequestFailed 404, 422, 503 with what the mail server said */
export async function testTemplate(
  tools: TrialTools,
  { to, ...question }: Trial & { to: string },
  withinMs = ANSWERED_WITHIN_MS,
): Promise<{ subject: string }> {
  const { breaker, metrics } = tools;
  const message = await rendered(tools, question, to, 'test');
  // The one probe that a paused outbox allows itself is for a student's mail.
  if (breaker.room(2) < 2) {
    metrics.mailTests.inc({ result: 'paused' });
    throw new RequestFailed(503, 'the mail server fails at the moment, and mails wait for it; try again in a minute');
  }
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, withinMs, 'late');
  });
  // After it is late nobody listens to how it ended.
  const sending = breaker.send(message).then(
    () => null,
    (error: unknown) => classify(error),
  );
  const ended = await Promise.race([sending, late]);
  clearTimeout(timer);
  metrics.mailTests.inc({ result: ended === null ? 'sent' : ended === 'late' ? 'late' : ended.kind });
  if (ended === 'late') throw new RequestFailed(503, 'the mail server has not answered yet; the test may still arrive');
  if (ended) throw new RequestFailed(ended.kind === 'address' ? 422 : 503, `${WORDS[ended.kind]}: ${ended.text}`);
  return { subject: String(message.subject) };
}
