/**
 * A QRFlow with some students whose tickets are mailed already, for tests of the mail server's faults: their mails are
 * owed anew each time, as the runbook has it, so that a case costs no new payments.
 */
import { expect } from 'chai';
import type { MailDoc } from '../../shared/store/documents.ts';
import { startWorld, student, until, type World } from '../world.ts';
import { measured } from './metrics.ts';

export const BREAKER = { closed: 0, halfOpen: 1, open: 2 } as const;

export interface Outbox {
  world: World;
  /** Payment ids. */
  paid: string[];
  mails(): Promise<MailDoc[]>;
  /** Owes these mails, or all, anew and forgets what was caught. */
  oweAll(paymentIds?: string[]): Promise<void>;
  breaker(): Promise<number>;
  /** Each of these mails, or of all, is sent, and the catcher holds exactly one of each. */
  allSent(paymentIds?: string[]): Promise<MailDoc[]>;
  /** What the desk sees of a payment's mail. */
  seen(paymentId: string): Promise<{ state: string; attempts: number; error: string | null; due_at: string }>;
}

export async function startOutbox(students: number, env: Record<string, string> = {}): Promise<Outbox> {
  // The outbox looks as often as recovery wakes it.
  const world = await startWorld({ RECOVERY_INTERVAL: '500ms', ...env });
  await world.api('POST', '/api/events', { name: 'Fest', date: '2026-12-20T18:00:00' });
  const paid = (await Promise.all(Array.from({ length: students }, () => world.pay({ notes: student() })))).map(
    ({ id }) => id as string,
  );
  const mails = () => world.store.mails.find({ payment_id: { $in: paid } }).lean<MailDoc[]>();
  const outbox: Outbox = {
    world,
    paid,
    mails,
    async oweAll(paymentIds = paid) {
      world.mails.clear();
      const due_at = new Date();
      await world.store.mails.updateMany(
        { payment_id: { $in: paymentIds } },
        { $set: { state: 'owed', due_at, attempts: 0, unconfirmed: 0, error: null, sent_at: null, lease: null } },
      );
    },
    breaker: () => measured(world.ticketing.opsPort, 'qrflow_mail_breaker_state'),
    async allSent(paymentIds = paid) {
      const sent = await until(
        async () => (await mails()).filter(({ payment_id }) => paymentIds.includes(String(payment_id))),
        (found) => found.length === paymentIds.length && found.every(({ state }) => state === 'sent'),
        'every mail sent',
        60_000,
      );
      expect(caught(world), 'one mail each').to.deep.equal(sent.map(({ message_id }) => message_id).sort());
      return sent;
    },
    async seen(paymentId) {
      const { body, status } = await world.api('GET', `/api/payments/${paymentId}`);
      expect(status).to.equal(200);
      expect(body.attendee.ticket.state, 'the ticket stands at the door whatever becomes of its mail').to.equal(
        'valid',
      );
      return body.mail;
    },
  };
  await outbox.allSent();
  return outbox;
}

const caught = (world: World) =>
  world.mails
    .summaries()
    .map(({ messageId }) => messageId)
    .sort();
