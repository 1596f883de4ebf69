/** A gateway with events given to the staff, and tickets to scan. */

import type { AttendeeDoc, EventDoc, Role, Ticket } from '../../../shared/store/documents.ts';
import { signTicket } from '../../../shared/ticket/token.ts';
import { attendee, event } from './documents.ts';
import { type Answer, type StartOptions, startTestGateway, type TestGateway } from './start.ts';

export interface TestTicket {
  /** The attendee. */
  n: number;
  id: string;
  token: string;
}

export interface TestGate extends TestGateway {
  /** Makes an event at which the test's staff work. */
  open(id: number, more?: Partial<EventDoc>): Promise<void>;
  ticket(more?: Partial<AttendeeDoc>, eventId?: number): Promise<TestTicket>;
  sign(ticket: string, event?: number): Promise<string>;
  /** As staff, unless said otherwise. */
  scan(qr_token: string, more?: object, who?: Role): Promise<Answer>;
}

/** A ticket that ended. */
export const endedTicket = (id: string, revoked_reason: Ticket['revoked_reason'], eventId = 1): Ticket => ({
  ...{ id, event_id: eventId, issue: 1, issued_at: new Date() },
  ...{ revoked_at: new Date(), revoked_reason },
});

export async function startGate(options: StartOptions = {}): Promise<TestGate> {
  const gateway = await startTestGateway(options);
  const sign = (ticket: string, of = 1) => signTicket({ ticket, event: of }, gateway.signingKey);
  let made = 0;
  return {
    ...gateway,
    sign,
    async open(id, more = {}) {
      await gateway.store.events.create(event(id, more));
    },
    async ticket(more = {}, eventId = 1) {
      const n = ++made;
      const doc = attendee(n, { event_id: eventId, ...more });
      doc.ticket = more.ticket ?? { ...doc.ticket, event_id: eventId };
      await gateway.store.attendees.create(doc);
      return { n, id: doc.ticket.id, token: await sign(doc.ticket.id, eventId) };
    },
    scan: (qr_token, more = {}, who = 'staff') => gateway.ask(who, 'POST', '/api/checkin/scan', { qr_token, ...more }),
  };
}
