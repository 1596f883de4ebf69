/**
 * Over every route that there is: whoever is no admin reaches nothing of another club's event, by its path or by what is
 * sent. The routes come from ROUTES. One whose path names an event, a payment, an attendee or a mail is tried by itself; any other
 * one must say in ELSEWHERE how something of another's is asked for, or in ONESELF that it is about nobody else.
 */
import { expect } from 'chai';
import type { Role } from '../../../shared/store/documents.ts';
import { signTicket } from '../../../shared/ticket/token.ts';
import type { Route } from '../http/route.ts';
import { ROUTES } from '../routes/index.ts';
import { PEOPLE, payId } from '../testing/documents.ts';
import { type Answer, startTestGateway, type TestGateway } from '../testing/start.ts';
import { HIDDEN, idOf, layEvents, layOtherClub, OTHER_CLUB, OTHERS, OWN, SHOWN } from '../testing/two-clubs.ts';

const ABSENT = 77;

const ONESELF = new Set(['me', 'logout', 'changePassword', 'readOwnClub']);

interface Asked {
  query?: string;
  body?: unknown;
}
interface Elsewhere {
  /** Asks for what belongs to this event. */
  ask(eventId: number, token: string): Asked | Asked[];
  /** What is one's own shows. */
  shows?: true;
}
const ofTicket = (_: number, qr_token: string) =>
  [{}, { event_id: OWN }].map((gate) => ({ body: { qr_token, ...gate } }));

const ELSEWHERE: Record<string, Elsewhere> = {
  createEvent: {
    ask: (id) => ({ body: { name: 'New', date: '2026-12-01', club_id: id === OWN ? PEOPLE.club : OTHER_CLUB } }),
  },
  listEvents: { ask: () => ({}), shows: true },
  listOwnClubEvents: { ask: () => ({}), shows: true },
  listOwnClubMembers: { ask: () => ({}) },
  // Counts, and no names; whose they are is tried in system/status.test.ts.
  systemStatus: { ask: () => ({}) },
  listPayments: { ask: (id) => [{}, { query: `?event_id=${id}` }], shows: true },
  listMails: { ask: (id) => [{}, { query: `?event_id=${id}` }], shows: true },
  // Not one of theirs is asked for: that would answer 503 here, where nobody sends mails.
  resendMails: { ask: (id) => ({ body: { state: 'failed', event_id: id } }) },
  listHeldPayments: { ask: (id) => ({ query: `?event_id=${id}` }), shows: true },
  razorpayStatus: { ask: (id) => ({ query: `?payment_id=${payId(id)}` }) },
  scanTicket: { ask: ofTicket, shows: true },
  validateTicket: { ask: ofTicket, shows: true },
  ticketStatus: { ask: ofTicket, shows: true },
  uploadScans: {
    ask: (id, qr_token) =>
      [id, OWN].map((event_id) => ({
        body: { event_id, scans: [{ qr_token, at: new Date().toISOString(), nonce: `scan-${event_id}-of-${id}` }] },
      })),
    shows: true,
  },
};

/** What a route whose path names its subject cannot go without, beside its example. */
const QUERIES: Record<string, string> = { searchAtDoor: '?q=R1' };

/** The first parameter of a path, by what stands before it: the id of what belongs to an event. */
const SUBJECT = /^\/api\/(events|payments|attendees|mails)\/\{\w+\}/;
const filled = (route: Route, eventId: number) =>
  route.path
    .replace(SUBJECT, (_, subject: string) => `/api/${subject}/${idOf(subject, eventId)}`)
    .replaceAll(/\{\w+\}/g, '1');

const rolesOf = ({ access }: Route): Role[] =>
  (['organizer', 'staff'] as const).filter((role) => access === 'any' || access.includes(role));
const scoped = ROUTES.filter((route) => route.access !== 'public' && rolesOf(route).length > 0);

describe('roles and clubs kept apart, over every route', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
    await layOtherClub(gateway.store);
  });
  after(() => gateway.stop());
  beforeEach(() => layEvents(gateway.store));

  const bodyOf = (route: Route, asked: Asked = {}) => {
    if (!route.body?.types?.includes('file')) return asked.body ?? route.body?.example;
    const form = new FormData();
    form.set('file', new File([`name\n${SHOWN}`], 'attendees.csv'));
    return form;
  };
  const ask = (who: Role, route: Route, eventId: number, asked: Asked = {}): Promise<Answer> =>
    gateway.ask(
      who,
      route.method,
      filled(route, eventId) + (asked.query ?? QUERIES[route.id] ?? ''),
      bodyOf(route, asked),
    );

  for (const route of scoped.filter(({ path }) => SUBJECT.test(path)))
    for (const role of rolesOf(route)) {
      const what = `${route.method} ${route.path} by ${role}`;
      it(`${what}: the own is reached`, async () => {
        const { status, body } = await ask(role, route, OWN);
        expect(status, JSON.stringify(body)).not.to.be.oneOf([401, 403, 404, 405, 415, 500]);
        expect(status === 400 && body.errors, 'what it asked for is right').not.to.be.an('array');
      });
      for (const [whose, id] of Object.entries(OTHERS))
        it(`${what}: ${whose} is answered as what is not there`, async () => {
          const [hidden, absent] = [await ask(role, route, id), await ask(role, route, ABSENT)];
          expect([hidden.status, absent.status], JSON.stringify(hidden.body)).to.deep.equal([404, 404]);
          const words = ({ body }: Answer) => body.detail.replaceAll(/\d+/g, 'N');
          expect(words(hidden)).to.equal(words(absent));
        });
    }

  const rest = scoped.filter(({ path, id }) => !SUBJECT.test(path) && !ONESELF.has(id));
  it('knows of every route whose path names nothing how another’s would be asked for', () => {
    const unknown = rest.filter(({ id }) => !ELSEWHERE[id]).map(({ id }) => id);
    expect(unknown, 'say in ELSEWHERE how these are asked for what is another’s').to.deep.equal([]);
  });
  for (const route of rest)
    for (const role of rolesOf(route)) {
      const { ask: how, shows } = ELSEWHERE[route.id] ?? { ask: () => ({}) };
      const asked = async (eventId: number) => {
        const ticket = { ticket: `ticket-${eventId}`, event: eventId };
        const every = [how(eventId, await signTicket(ticket, gateway.signingKey))].flat();
        return Promise.all(every.map((one) => ask(role, route, eventId, one)));
      };
      it(`${route.method} ${route.path} by ${role}: tells nothing of another’s`, async () => {
        for (const id of Object.values(OTHERS)) {
          for (const { status, body } of await asked(id)) {
            expect(status, JSON.stringify(body)).to.be.oneOf([200, 403, 404, 422]);
            expect(JSON.stringify(body)).not.to.contain(HIDDEN);
          }
        }
        expect(
          await gateway.store.attendees.countDocuments({ _id: { $ne: OWN }, checked_in_at: { $ne: null } }),
        ).to.equal(0);
      });
      if (shows)
        it(`${route.method} ${route.path} by ${role}: shows one’s own`, async () => {
          for (const { status, body } of await asked(OWN)) {
            expect(status, JSON.stringify(body)).to.equal(200);
            expect(JSON.stringify(body)).to.contain(SHOWN);
          }
        });
    }
});
