import { attendee } from '../../services/gateway/testing/documents.ts';
import type { AttendeeDoc } from '../../shared/store/documents.ts';
import type { Store } from '../../shared/store/index.ts';
import { readSigningKey, signTicket } from '../../shared/ticket/token.ts';
import { fill, openFilled } from '../load/filled.ts';
import { type Asked, openLoad, type Response, wire } from '../load/http.ts';
import type { Path, Run } from '../measure/path.ts';
import { EVENTS, sharedGateway } from './shared-gateway.ts';

const CLIENTS = 64;
const SESSION = 'bench';

/** Beyond all others that may be in the same store. */
const FIRST = 1_000_000;

const newcomer = (n: number): AttendeeDoc => {
  const one = attendee(FIRST + n, { event_id: EVENTS.checkIn });
  return { ...one, ticket: { ...one.ticket, event_id: EVENTS.checkIn } };
};

/** New attendees after these so many; the ids of their tickets. */
async function newTickets(store: Store, before: number, count: number): Promise<string[]> {
  await fill(store, 'attendees', count, (n) => newcomer(before + n));
  return Array.from({ length: count }, (_, n) => newcomer(before + n + 1).ticket.id);
}

export const checkIn: Path = {
  name: 'check-in',
  does: `a scan that lets somebody in, each of another ticket; ${CLIENTS} clients`,
  limit: `its three store trips, ${CLIENTS} at a time`,
  goal: { of: 'rate', atLeast: 0.8 },
  least: CLIENTS,
  async open(stage) {
    const { gateway, store: ours, headers } = await sharedGateway(stage);
    const database = stage.database();
    const theirs = await openFilled(database);
    const now = new Date();
    await theirs.sessions.create({
      ...{ _id: SESSION, user_id: 1, username: 'admin', role: 'admin', created_at: now },
      expires_at: new Date(now.getTime() + 86_400_000),
    });
    const env = { MONGODB_URI: database, EVENT: String(EVENTS.checkIn), SESSION, AT_ONCE: String(CLIENTS) };
    const limit = await stage.program('limits/check-in', env);
    const key = readSigningKey(stage.secrets.ticketSigningKey);
    const load = openLoad(gateway.port, CLIENTS);
    const made = { ours: 0, limit: 0 };

    const scan = async (ticket: string): Promise<Asked> => {
      const body = JSON.stringify({ qr_token: await signTicket({ ticket, event: EVENTS.checkIn }, key) });
      return {
        request: wire({ method: 'POST', path: '/api/checkin/scan', headers, body }),
        check({ status, body }) {
          if (status !== 200 || JSON.parse(body.toString()).reason !== 'ok')
            throw new Error(`not let in: ${status} ${body.toString().slice(0, 300)}`);
        },
      };
    };
    /** Everybody at the door shows the same ticket at the same moment: how long until all know, ms. */
    const oneTicket = async (): Promise<number> => {
      const { crowd } = stage.sizes;
      const [ticket = ''] = await newTickets(ours, made.ours, 1);
      made.ours++;
      const answers = new Map<string, number>();
      const { request } = await scan(ticket);
      const check = ({ status, body }: Response) => {
        const { reason = status } = JSON.parse(body.toString());
        answers.set(reason, (answers.get(reason) ?? 0) + 1);
      };
      const all = openLoad(gateway.port, crowd);
      const { ms } = await all
        .run(Array.from({ length: crowd }, () => ({ request, check })))
        .finally(() => all.close());
      if (answers.get('ok') !== 1 || answers.get('already_checked_in') !== crowd - 1)
        throw new Error(`of ${crowd} scans of one ticket: ${JSON.stringify([...answers])}`);
      return ms;
    };
    return {
      ours: {
        async run(operations) {
          const tickets = await newTickets(ours, made.ours, operations);
          made.ours += operations;
          return load.run(await Promise.all(tickets.map(scan)));
        },
        cpuMs: gateway.cpuMs,
      },
      limit: {
        async run(operations) {
          const tickets = await newTickets(theirs, made.limit, operations);
          made.limit += operations;
          return limit.ask<Run>('work', tickets);
        },
        cpuMs: limit.cpuMs,
      },
      more: async () => ({ one_ticket_ms: await oneTicket() }),
      async close() {
        load.close();
        await Promise.all([limit.stop(), theirs.close()]);
      },
    };
  },
};
