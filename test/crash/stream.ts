/**
 * A steady stream of input to a whole stack, amid kills: payments, refunds, corrections, scans. Keeps what was
 * acknowledged, and nothing else: whatever failed or got no answer may have happened or not.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { json, Unexpected } from '../../deploy/local/demo/http.ts';
import type { StackInfo } from '../../deploy/local/stack/info.ts';
import { secretsOf } from '../../deploy/local/stack/secrets.ts';
import { readSigningKey, signTicket } from '../../shared/ticket/token.ts';
import { PATIENCE } from '../patience.ts';
import { student } from '../world.ts';

export interface Acknowledged {
  /** Payments made at Razorpay. */
  paid: Set<string>;
  refunded: Set<string>;
  /** Department that a person set, answered 200. */
  corrected: Map<string, string>;
  /** Tickets that opened the door. */
  entered: Map<string, string>;
  /** Events that were made, besides the one. */
  events: Set<number>;
}

export interface Stream {
  acknowledged: Acknowledged;
  eventId: number;
  /** Requests that were answered with an error, or not at all. */
  failures(): number;
  run(payments: number, everyMs: number): Promise<void>;
  /** Calls the API until it answers. */
  patiently<T>(path: string, body?: unknown, method?: 'PUT'): Promise<T>;
  tokenOf(ticket: string, event: number): Promise<string>;
}

type Ticket = { id: string; event_id: number };

const WITHIN_MS = PATIENCE * 60_000;

/** @param ticketOf the ticket of a payment that is settled, from the store */
export async function openStream(
  { gateway, razorpay, admin }: StackInfo,
  dir: string,
  ticketOf: (paymentId: string) => Promise<Ticket | null>,
): Promise<Stream> {
  const { access_token: token } = await json<{ access_token: string }>(`${gateway}/api/auth/login`, { body: admin });
  const key = readSigningKey(secretsOf(dir).ticketSigningKey);
  const tokenOf = (ticket: string, event: number) => signTicket({ ticket, event }, key);
  let failures = 0;
  const call = <T>(path: string, body?: unknown, method?: 'PUT') =>
    json<T>(`${gateway}${path}`, { token, ...(body !== undefined && { body }), ...(method && { method }) });
  /** Undefined: not acknowledged. */
  const tried = <T>(answer: Promise<T>): Promise<T | undefined> =>
    answer.catch(() => {
      failures++;
      return undefined;
    });

  async function patiently<T>(path: string, body?: unknown, method?: 'PUT'): Promise<T> {
    for (const until = Date.now() + WITHIN_MS; ; ) {
      try {
        return await call<T>(path, body, method);
      } catch (error) {
        if (Date.now() > until || (error instanceof Unexpected && error.status < 500 && error.status !== 429))
          throw error;
        await sleep(250);
      }
    }
  }

  const { id: eventId } = await patiently<{ id: number }>('/api/events', {
    name: 'Fest',
    date: '2027-12-20T18:00:00',
    price: 29_900,
    status: 'open',
  });
  const acknowledged: Acknowledged = {
    paid: new Set(),
    refunded: new Set(),
    corrected: new Map(),
    entered: new Map(),
    events: new Set(),
  };

  async function pay(): Promise<string> {
    const notes = student({ event_id: eventId });
    const { id } = await json<{ id: string }>(`${razorpay}/control/payments`, { body: { amount: 29_900, notes } });
    acknowledged.paid.add(id);
    return id;
  }

  async function refund(id: string): Promise<void> {
    await json(`${razorpay}/control/payments/${id}/refund`, { body: {} });
    acknowledged.refunded.add(id);
  }

  async function correct(id: string, nth: number): Promise<void> {
    const department = `D${nth}`;
    const done = await tried(call(`/api/payments/${id}`, { details: { department } }, 'PUT'));
    if (done) acknowledged.corrected.set(id, department);
  }

  async function enter(id: string): Promise<void> {
    const ticket = await ticketOf(id).catch(() => null);
    if (!ticket) return;
    const qr_token = await tokenOf(ticket.id, ticket.event_id);
    const scanned = await tried(call<{ success: boolean }>('/api/checkin/scan', { qr_token }));
    if (scanned?.success) acknowledged.entered.set(id, ticket.id);
  }

  async function makeEvent(nth: number): Promise<void> {
    const event = { name: `Later ${nth}`, date: '2027-12-21T18:00:00', status: 'closed' };
    const made = await tried(call<{ id: number }>('/api/events', event));
    if (made) acknowledged.events.add(made.id);
  }

  return {
    acknowledged,
    eventId,
    failures: () => failures,
    patiently,
    tokenOf,
    async run(payments, everyMs) {
      const under = new Set<Promise<unknown>>();
      const also = (work: Promise<unknown>) => {
        under.add(work);
        work.finally(() => under.delete(work)).catch(() => undefined);
      };
      const ids: string[] = [];
      for (let nth = 0; nth < payments; nth++) {
        ids.push(await pay());
        // Things happen to payments made a little earlier, whatever became of them by then.
        const earlier = (back: number) => ids[nth - back];
        const [old, older, oldest] = [earlier(8), earlier(12), earlier(16)];
        if (old && nth % 7 === 0) also(refund(old));
        else if (old && nth % 3 === 0) also(correct(old, nth));
        if (older && nth % 4 === 1) also(enter(older));
        if (oldest && nth % 10 === 9) also(makeEvent(nth));
        await sleep(everyMs);
      }
      await Promise.all(under);
    },
  };
}
