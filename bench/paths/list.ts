import { freePort } from '../../deploy/local/servers/free-port.ts';
import { attendee, payment, ticketMail } from '../../services/gateway/testing/documents.ts';
import { fill } from '../load/filled.ts';
import { type Asked, openLoad, type Response, wire } from '../load/http.ts';
import type { Path } from '../measure/path.ts';
import { served } from './served.ts';
import { EVENTS, sharedGateway } from './shared-gateway.ts';

const CONNECTIONS = 16;
/** The rows of a page, as by default. */
const ROWS = 200;

/** Every answer has the whole page; parsed once in so many, as the client has other things to do. */
const PARSE_ONE_IN = 50;

export const list: Path = {
  name: 'list',
  does: `GET /api/events/1/payments, a page of ${ROWS} with ticket and mail; ${CONNECTIONS} connections`,
  limit: 'node:http, the page’s three queries, JSON',
  goal: { of: 'rate', atLeast: 0.7 },
  least: CONNECTIONS,
  async open(stage) {
    const { gateway, database, store, headers } = await sharedGateway(stage);
    const { payments } = stage.sizes;
    await fill(store, 'payments', payments, (n) => payment(n, { attendee_id: n }));
    await fill(store, 'attendees', payments, (n) => attendee(n));
    await fill(store, 'mails', payments, (n) => ticketMail(n));
    const port = await freePort();
    const env = { MONGODB_URI: database, PORT: String(port), LIMIT: String(ROWS) };
    const limit = await stage.program('limits/list', env);
    const request = wire({ method: 'GET', path: `/api/events/${EVENTS.list}/payments`, headers });
    const asked = (nth: number): Asked => ({ request, check: (answer) => checkPage(answer, nth, payments) });
    const loads = [openLoad(gateway.port, CONNECTIONS), openLoad(port, CONNECTIONS)] as const;
    return {
      ours: served(gateway, loads[0], asked),
      limit: served(limit, loads[1], asked),
      facts: { payments },
      async close() {
        for (const load of loads) load.close();
        await limit.stop();
      },
    };
  },
};

function checkPage({ status, body }: Response, nth: number, payments: number): void {
  if (status !== 200) throw new Error(`${status}: ${body.toString().slice(0, 300)}`);
  if (nth % PARSE_ONE_IN !== 0) return;
  const rows = JSON.parse(body.toString()) as { attendee?: object; mail?: object }[];
  const whole = rows.filter((row) => row.attendee && row.mail).length;
  if (whole !== Math.min(ROWS, payments)) throw new Error(`a page with ${whole} whole rows`);
}
