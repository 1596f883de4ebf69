/** An afternoon at the desk: a whole QRFlow with some of everything that its people meet, for the pages to show. */
import { createHmac } from 'node:crypto';
import { notesOf, STUDENTS } from '../../deploy/local/demo/students.ts';
import { ADMIN, type Json, startWorld, until, WEBHOOK_SECRET, type World } from '../world.ts';
import { type Opened, startBrowser, type TestBrowser } from './browser.ts';

export interface Scene {
  world: World;
  url: string;
  events: Json[];
  /** What the pages with an id are shown of. */
  payments: { ticketed: string; held: string; foreign: string; refunded: string };
  mail: string;
  club: number;
  /** The path of a ticket's page, as its mail links to it. */
  ticket: string;
  stop(): Promise<void>;
}

const DAY_MS = 86_400_000;
/** In the evening, by the event's clock. */
const inDays = (days: number): string => `${new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10)}T18:00`;
/** What the catcher refuses for good. */
const REFUSED = 'kartik.nair@exmaple.edu';

/** In links only: the pages are opened on this machine. */
const SITE = 'http://tickets.example.edu';

/** Where a ticket mail's link leads. */
function linkIn(text: string | null): string {
  const link = text?.split('\n').find((line) => line.startsWith(`${SITE}/ticket/`));
  if (!link) throw new Error('the mail has no link to its ticket');
  return new URL(link.trim()).pathname;
}

/** Razorpay's word, but nothing that can be read: it becomes a dead letter. */
async function unreadableWebhook(world: World): Promise<void> {
  const payment = { entity: { id: 'pay_Qx7Yz8Ab9Cd0Ef', amount: 'three hundred' } };
  const body = JSON.stringify({ entity: 'event', event: 'payment.captured', payload: { payment } });
  const signature = createHmac('sha256', WEBHOOK_SECRET).update(body).digest('hex');
  await fetch(`http://127.0.0.1:${world.ingest.port}/webhooks/razorpay`, {
    method: 'POST',
    headers: { 'X-Razorpay-Signature': signature },
    body,
  });
  await until(
    () => world.store.deadLetters.countDocuments({ state: 'dead' }),
    (count) => count === 1,
    'a dead letter',
  );
}

export async function startScene(): Promise<Scene> {
  const world = await startWorld({ PUBLIC_URL: SITE });
  const make = async (fields: object): Promise<Json> => (await world.api('POST', '/api/events', fields)).body;
  const events = [
    await make({
      name: 'Freshers’ Night',
      slug: 'freshers',
      date: inDays(3),
      venue: 'Main auditorium',
      description: 'Music, food, and everybody’s first evening together.',
      price: 29_900,
      capacity: 120,
    }),
    await make({
      name: 'Hack the Campus',
      slug: 'hack',
      date: inDays(12),
      venue: 'Computer centre',
      price: 49_900,
      capacity: 60,
    }),
    await make({ name: 'Alumni dinner', date: inDays(30), venue: 'Lawn', status: 'closed' }),
  ];
  const { body: club } = await world.api('POST', '/api/admin/clubs', {
    name: 'Music Club',
    email: 'music@example.edu',
    phone: '+91 98000 00003',
  });
  for (const [username, full_name, role] of [
    ['meera', 'Meera Nair', 'organizer'],
    ['gate1', 'Imran Khan', 'staff'],
    ['gate2', 'Divya Iyer', 'staff'],
  ])
    await world.api('POST', '/api/admin/users', {
      username,
      full_name,
      role,
      email: `${username}@example.edu`,
      club_id: club.id,
      password: 'let them all come in',
    });
  const { body: users } = await world.api('GET', '/api/admin/users');
  const doorKeepers = users.filter(({ role }: Json) => role === 'staff').map(({ id }: Json) => id);
  await world.api('PUT', `/api/events/${events[0].id}/staff`, doorKeepers);
  await world.mails.setFaults({ permanent_addresses: [REFUSED] });

  const now = Math.floor(Date.now() / 1_000);
  const pay = async (at: number, change: Record<string, unknown> = {}, notes: Record<string, unknown> = {}) => {
    const student = STUDENTS[at % STUDENTS.length];
    if (!student) throw new Error('there is no such student');
    const { id } = await world.pay({
      amount: 29_900,
      method: 'upi',
      created_at: now - at * 340,
      notes: { ...notesOf(student, at % 5 === 4 ? 'hack' : 'freshers', at), ...notes },
      ...(at % 5 === 4 && { amount: 49_900 }),
      ...change,
    });
    return id as string;
  };
  const good = await Promise.all(Array.from({ length: 30 }, (_, at) => pay(at)));
  await Promise.all(good.map((id) => world.settled(id, 'ticketed')));
  const other = (notes: Record<string, unknown>) => ({ notes });
  const held = await Promise.all([
    pay(31, { amount: 19_900 }),
    pay(32, other({ name: 'Nikhil Verma', phone: '9800000777', event_id: 'freshers' })),
    pay(33, other({ ...notesOf(STUDENTS[33] as (typeof STUDENTS)[0], 'fresher-nite') })),
    pay(34, other({ ...notesOf(STUDENTS[0] as (typeof STUDENTS)[0], 'freshers') })),
    pay(36, { amount: 9_900 }),
  ]);
  const foreign = await Promise.all([
    world.pay({ amount: 120_000, notes: { cart: 'c-1881', sku: 'HOODIE-M' } }),
    world.pay({ amount: 4_500, notes: { table: '7' } }),
  ]);
  const wrong = await pay(
    37,
    other({ ...notesOf({ ...(STUDENTS[37] as (typeof STUDENTS)[0]), email: REFUSED }, 'freshers') }),
  );
  const silent = STUDENTS[38] as (typeof STUDENTS)[0];
  const { email: _, ...noAddress } = notesOf(silent, 'freshers');
  await pay(38, other(noAddress));
  const refunded = good[1] as string;
  await world.razorpay.control(`/payments/${refunded}/refund`, {});
  await world.settled(refunded, 'revoked');
  await until(
    () => world.store.payments.countDocuments({ pending: true }),
    (count) => count === 0,
    'all decided',
    60_000,
  );
  await until(
    () => world.store.mails.countDocuments({ state: { $in: ['owed', 'sending'] } }),
    (count) => count === 0,
    'all mailed',
    60_000,
  );
  await world.payment(wrong, () => true);
  // Some are in already.
  const inside = await world.store.attendees
    .find({ live: true, event_id: events[0].id })
    .sort({ _id: 1 })
    .limit(9)
    .lean();
  for (const [at, { _id }] of inside.entries()) {
    const [checked_in_gate, checked_in_by] = at % 3 === 2 ? ['South gate', 'gate2'] : ['North gate', 'gate1'];
    const checked_in_at = new Date(Date.now() - at * 95_000);
    await world.store.attendees.updateOne({ _id }, { $set: { checked_in_at, checked_in_by, checked_in_gate } });
  }
  await unreadableWebhook(world);
  const { text } = await world.mails.waitFor(({ subject }) => subject === `Your ticket: ${events[0].name}`);
  return {
    world,
    url: `http://127.0.0.1:${world.gateway.port}`,
    events,
    payments: {
      ticketed: good[0] as string,
      held: held[0] as string,
      foreign: foreign[0].id,
      refunded,
    },
    club: club.id,
    ticket: linkIn(text),
    mail: (await world.store.mails.findOne({ payment_id: good[0] as string, kind: 'ticket' }).lean())?._id ?? '',
    stop: () => world.stop(),
  };
}

/** A signed-in page. */
export async function signedIn(browser: TestBrowser, url: string, options: Parameters<TestBrowser['open']>[0] = {}) {
  const opened = await browser.open(options);
  await opened.page.goto(`${url}/login`);
  await opened.page.getByLabel('Username').fill(ADMIN.username);
  await opened.page.getByLabel('Password').fill(ADMIN.password);
  await opened.page.getByRole('button', { name: 'Sign in' }).click();
  await opened.page.getByRole('heading', { name: 'Today' }).waitFor();
  return opened;
}

export interface Desk {
  browser: TestBrowser;
  world: World;
  url: string;
  /** An admin's browser, signed in. */
  desk: Opened;
  stop(): Promise<void>;
}

/** A QRFlow without events, and an admin at its console. `test`: the hook's, which a machine without a browser skips. */
export async function startDesk(test: Parameters<typeof startBrowser>[0]): Promise<Desk> {
  const browser = await startBrowser(test);
  const world = await startWorld();
  const url = `http://127.0.0.1:${world.gateway.port}`;
  const desk = await signedIn(browser, url);
  return {
    ...{ browser, world, url, desk },
    async stop() {
      await browser.close();
      await world.stop();
    },
  };
}
