/**
 * One mail, from claimed to marked. SMTP is at least once: a crash between the server's 250 and our mark sends it again
 * when the lease has run out, at most one repeat a lost lease; a server that never answers to the whole mail, a few
 * times more, hours apart (retry.ts).
 */
import type { SendMailOptions } from 'nodemailer';
import type { Action } from '../../../shared/audit/index.ts';
import { append, entryDocument } from '../../../shared/audit/index.ts';
import type { Logger } from '../../../shared/log/index.ts';
import type { ActivityDoc, MailDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import type { TicketingMetrics } from '../metrics.ts';
import type { MailBreaker } from './breaker.ts';
import {
  type ClaimedMail,
  LEASE_MARGIN_MS,
  LEASE_MS,
  type MailContents,
  markMail,
  markTried,
  readContents,
  renewMail,
} from './claim.ts';
import { classify, refusesContents, Unmakeable } from './faults.ts';
import { DEFAULT_LOOK, type Look, lookOf } from './look.ts';
import { cancelVoid } from './owe.ts';
import { isRefusedAlone, timesRefusedAlone } from './refused.ts';
import { type Envelope, renderMail } from './render.ts';
import { mailDelay } from './retry.ts';
import { mailVerdict } from './verdict.ts';

export interface MailTools extends Envelope {
  store: Store;
  breaker: MailBreaker;
  log: Logger;
  metrics: TicketingMetrics;
}

/** How long the mark after a 250 is tried while the store is away: the mail is out, and saying so spares a repeat. */
const MARK_FOR_MS = 60_000;
const MARK_EVERY_MS = 1_000;
/** A slow server may take longer than a lease lasts. */
const RENEW_MS = 60_000;

const entry = (mail: MailDoc, action: Action, facts: Record<string, unknown> = {}): ActivityDoc =>
  entryDocument({
    action,
    actor: 'ticketing',
    subject: `mail:${mail._id}`,
    payment_id: mail.payment_id,
    event_id: mail.event_id,
    attendee_id: mail.attendee_id,
    correlation_id: mail.correlation_id,
    facts: { kind: mail.kind, ...facts },
  });

async function patientlyMarkSent(
  { store }: MailTools,
  claimed: ClaimedMail,
  to: string,
  trail: ActivityDoc[],
): Promise<boolean> {
  const until = performance.now() + MARK_FOR_MS;
  for (;;) {
    try {
      return await markTried(store, claimed, to, { state: 'sent', sent_at: new Date(), error: null }, trail);
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, MARK_EVERY_MS));
    }
  }
}

async function sent(tools: MailTools, claimed: ClaimedMail, to: string) {
  const { log, metrics, store } = tools;
  const { mail } = claimed;
  const trail = [entry(mail, 'mail.sent', { attempts: mail.attempts + 1 })];
  const marked = await patientlyMarkSent(tools, claimed, to, trail);
  metrics.mailAttempts.inc({ result: 'sent' });
  if (mail.kind === 'ticket' && mail.paid_at)
    metrics.paymentToMail.observe((Date.now() - mail.paid_at.getTime()) / 1_000);
  const context = { mail: mail._id, payment_id: mail.payment_id, correlation_id: mail.correlation_id };
  if (marked) return log.info(context, 'mail: sent');
  log.warn(context, 'mail: sent after its lease was lost; it may arrive twice');
  await append(store, trail);
}

async function failed(tools: MailTools, claimed: ClaimedMail, to: string, error: unknown) {
  const { log, metrics, store } = tools;
  const { mail } = claimed;
  const { kind, text, told } = classify(error);
  metrics.mailAttempts.inc({ result: kind });
  const times = mail.error?.kind === kind ? mail.error.times + 1 : 1;
  const attempts = mail.attempts + (kind === 'server' ? 0 : 1);
  // Also where other faults came in between: it would be sent again and again.
  const unconfirmed = (mail.error?.unconfirmed ?? 0) + (kind === 'unconfirmed' ? 1 : 0);
  const alone = await timesRefusedAlone(store, mail, error);
  const failures = { address: times, server: times, temporary: attempts, unconfirmed };
  const delay = mailDelay(kind, failures[kind]);
  const now = Date.now();
  const change: Partial<MailDoc> = {
    state: delay === null ? 'failed' : 'owed',
    attempts,
    error: {
      ...{ kind, text, at: new Date(now), times },
      ...(unconfirmed > 0 && { unconfirmed }),
      ...(alone > 0 && { alone }),
      ...(refusesContents(error) && { contents: true }),
    },
    ...(kind === 'unconfirmed' && { unconfirmed: mail.unconfirmed + 1 }),
    ...(delay !== null && { due_at: new Date(now + delay) }),
  };
  const action = delay === null ? 'mail.failed' : 'mail.retried';
  await markTried(store, claimed, to, change, [entry(mail, action, { fault: kind, reason: told, attempts })]);
  if (delay === null) await cancelVoid(store, mail);
  log.warn(
    { mail: mail._id, fault: kind, reason: told, correlation_id: mail.correlation_id, retry_in_ms: delay },
    delay === null ? 'mail: failed' : 'mail: not sent yet',
  );
}

/** A template that is broken, or that the server refused the mail for, is told and done without: the ticket goes out in the default look. */
function usualLook({ log, metrics }: MailTools, mail: MailDoc, template: MailContents['template']): Look {
  const { look, faults } = lookOf(template);
  const refused = template !== undefined && mail.error?.contents === true;
  if (faults.length === 0 && !refused) return look;
  metrics.templatesBroken.inc();
  const { event_id, correlation_id } = mail;
  const fields = [...new Set(faults.map(({ field }) => field))];
  log.warn(
    { mail: mail._id, event_id, fields, correlation_id },
    refused
      ? 'mail: the server refused it with its event’s template, sent in the default look'
      : 'mail: its event’s template is broken, sent in the default look',
  );
  return DEFAULT_LOOK;
}

/** A mail that cannot be made is shown like one that cannot be sent. */
async function rendered(
  tools: MailTools,
  claimed: ClaimedMail,
  { mail, attendee, event, template }: MailContents,
  to: string,
): Promise<SendMailOptions | null> {
  if (!attendee || !event) return null;
  try {
    return await renderMail(mail, attendee, event, tools, { look: usualLook(tools, mail, template), trial: null });
  } catch (error) {
    tools.log.error({ err: error, mail: mail._id, correlation_id: mail.correlation_id }, 'mail: cannot be made');
    await failed(
      tools,
      claimed,
      to,
      new Unmakeable('the mail cannot be made from this event and attendee', { cause: error }),
    );
    return null;
  }
}

/** @throws what the store throws when it cannot be reached; the lease then runs out by itself */
export async function sendOne(tools: MailTools, claimed: ClaimedMail): Promise<void> {
  const { store, breaker, metrics } = tools;
  const contents = await readContents(store, claimed);
  if (!contents) return;
  const verdict = mailVerdict(contents);
  const { mail } = contents;
  if (verdict.kind === 'wait') {
    await markMail(store, claimed, { state: 'owed', due_at: new Date(Date.now() + verdict.ms) });
    return;
  }
  if (verdict.kind === 'state') {
    const { state } = verdict;
    await markMail(store, claimed, { state }, state === 'cancelled' ? [entry(mail, 'mail.cancelled')] : []);
    return;
  }
  const to = contents.attendee?.email ?? '';
  const message = await rendered(tools, claimed, contents, to);
  if (!message) return;
  // A process that was stopped and woke up must not send under a lease that is somebody else's by now.
  if (performance.now() - claimed.claimedAt > LEASE_MS - LEASE_MARGIN_MS) return;
  const ended = metrics.mailSeconds.startTimer();
  const renewing = setInterval(() => renewMail(store, claimed).catch(() => undefined), RENEW_MS);
  try {
    await breaker.send(message, isRefusedAlone(mail));
  } catch (error) {
    await failed(tools, claimed, to, error);
    return;
  } finally {
    ended();
    clearInterval(renewing);
  }
  await sent(tools, claimed, to);
}
