/**
 * What happens to a payment, as input from outside: each scenario prepares what was before, lets one thing happen, and
 * says what has to come of it, whoever dies meanwhile.
 */
import { student, until } from '../world.ts';
import type { Lane } from './lane.ts';
import type { Expected } from './promises.ts';
import type { VictimName } from './victim.ts';

export interface Scenario {
  title: string;
  victim: VictimName;
  /** It happens to a victim that starts: armed from its very start, while `prepare` leaves it down. */
  fromStart?: true;
  /** Returns the input, and what becomes of whose payment. */
  prepare(lane: Lane): Promise<{ happens(): Promise<unknown>; expected: Expected[] }>;
}

/** Its mail is sent, or given up. */
const mailed = (lane: Lane, id: string) =>
  until(
    () => lane.world.store.mails.findOne({ payment_id: id }).lean(),
    (mail) => mail !== null && mail.state !== 'owed' && mail.state !== 'sending',
    'a first mail',
  );

async function ticketed(lane: Lane, payment: Record<string, unknown> = {}): Promise<string> {
  const { id } = await lane.authorized(payment);
  await lane.capture(id);
  await lane.world.settled(id, 'ticketed');
  await mailed(lane, id);
  return id;
}

const refund = (lane: Lane, id: string) => lane.world.razorpay.control(`/payments/${id}/refund`, { status: 'pending' });

/** The refund of one payment lets another have its ticket. */
const makesRoom = (lane: Lane, first: string, second: string) => ({
  happens: () => refund(lane, first),
  expected: [
    { id: first, outcome: 'revoked' },
    { id: second, outcome: 'ticketed' },
  ],
});

const change = (lane: Lane, id: string, fields: object) => async () => {
  const { status, body } = await lane.world.api('PUT', `/api/payments/${id}`, fields);
  if (status !== 200) throw new Error(`not changed: ${JSON.stringify(body)}`);
};

const nextSecond = async () => {
  const now = Math.floor(Date.now() / 1_000);
  await until(
    () => Math.floor(Date.now() / 1_000),
    (second) => second > now,
  );
};

/** Waits for something in the store, unless the victim dies over it. */
const orGone = (lane: Lane, look: () => PromiseLike<unknown>) =>
  until(async () => lane.victim().isGone() || (await look()) !== null, Boolean, 'it, or a death', 30_000);

async function refusedAddress(lane: Lane) {
  const notes = student({ event_id: (await lane.event()).id }) as { email: string };
  const { permanent_addresses } = lane.world.mails.faults;
  await lane.world.mails.setFaults({ permanent_addresses: [...permanent_addresses, notes.email] });
  const { id } = await lane.authorized({ notes });
  return { id: id as string, email: notes.email };
}

/** A captured payment that no webhook told of. */
async function missed(lane: Lane, payment: Record<string, unknown> = {}): Promise<string> {
  const { id } = await lane.authorized({ ...payment, status: 'captured' });
  return id;
}

const TICKETING: Omit<Scenario, 'victim'>[] = [
  {
    title: 'a payment',
    async prepare(lane) {
      const { id } = await lane.authorized();
      return { happens: () => lane.capture(id), expected: [{ id, outcome: 'ticketed' }] };
    },
  },
  {
    title: 'a full refund',
    async prepare(lane) {
      const id = await ticketed(lane);
      return { happens: () => refund(lane, id), expected: [{ id, outcome: 'revoked' }] };
    },
  },
  {
    title: 'a held payment whose details a person completes',
    async prepare(lane) {
      const event_id = (await lane.event()).id;
      const { roll_number, ...notes } = student({ event_id }) as Record<string, unknown>;
      const { id } = await lane.authorized({ notes });
      await lane.capture(id);
      await lane.world.settled(id, 'held:incomplete_details');
      return { happens: change(lane, id, { details: { roll_number } }), expected: [{ id, outcome: 'ticketed' }] };
    },
  },
  {
    title: 'a ticket that a person moves to another event',
    async prepare(lane) {
      const id = await ticketed(lane);
      const { id: event_id } = await lane.event({ name: 'Other' });
      return { happens: change(lane, id, { event_id }), expected: [{ id, outcome: 'ticketed' }] };
    },
  },
  {
    title: 'a refund that fails',
    async prepare(lane) {
      const id = await ticketed(lane);
      await refund(lane, id);
      await lane.world.settled(id, 'revoked');
      await lane.quiet();
      await nextSecond();
      return {
        happens: () => lane.world.razorpay.control(`/payments/${id}/refund-fails`, {}),
        expected: [{ id, outcome: 'ticketed' }],
      };
    },
  },
  {
    title: 'a payment that is not ours',
    async prepare(lane) {
      const { id } = await lane.authorized({ notes: { product: 'T-shirt' } });
      return { happens: () => lane.capture(id), expected: [{ id, outcome: 'foreign' }] };
    },
  },
  {
    title: 'a payment that is ours by a person’s word',
    async prepare(lane) {
      const { id } = await lane.authorized({ notes: { product: 'T-shirt' } });
      await lane.capture(id);
      await lane.world.settled(id, 'foreign');
      // Facts of the same second would be no news.
      await nextSecond();
      const { name, roll_number, email } = student() as Record<string, string>;
      const event_id = (await lane.event()).id;
      return {
        happens: change(lane, id, { ours: true, event_id, details: { name, roll_number, email } }),
        expected: [{ id, outcome: 'ticketed' }],
      };
    },
  },
  {
    title: 'a mail to an address that does not exist',
    async prepare(lane) {
      const { id } = await refusedAddress(lane);
      return { happens: () => lane.capture(id), expected: [{ id, outcome: 'ticketed', mail: 'failed' }] };
    },
  },
  {
    title: 'a refused address that a person corrects',
    async prepare(lane) {
      const { id, email } = await refusedAddress(lane);
      await lane.capture(id);
      await mailed(lane, id);
      return {
        happens: change(lane, id, { details: { email: `right.${email}` } }),
        expected: [{ id, outcome: 'ticketed' }],
      };
    },
  },
  {
    title: 'an address that a person corrects although the mail went out',
    async prepare(lane) {
      const id = await ticketed(lane);
      const email = `right.${id.toLowerCase()}@example.edu`;
      return { happens: change(lane, id, { details: { email } }), expected: [{ id, outcome: 'ticketed' }] };
    },
  },
  {
    title: 'a payment without an address',
    async prepare(lane) {
      const event_id = (await lane.event()).id;
      const { id } = await lane.authorized({ notes: student({ email: '', event_id }), email: 'void@razorpay.com' });
      return { happens: () => lane.capture(id), expected: [{ id, outcome: 'ticketed', mail: 'no_address' }] };
    },
  },
  {
    title: 'a mail that is refused for now',
    async prepare(lane) {
      const { id } = await lane.authorized();
      const happens = async () => {
        await lane.world.mails.setFaults({ temporary_rate: 1 });
        await lane.capture(id);
        await orGone(lane, () => lane.world.store.mails.exists({ payment_id: id, attempts: { $gt: 0 } }));
        await lane.world.mails.setFaults({ temporary_rate: 0 });
      };
      return { happens, expected: [{ id, outcome: 'ticketed' }] };
    },
  },
  {
    title: 'a settling that Razorpay does not answer',
    async prepare(lane) {
      const { id } = await lane.authorized({ notes: {} });
      const happens = async () => {
        await lane.world.razorpay.control('/faults', { error_rate: 1, status: 500 });
        await lane.capture(id);
        await orGone(lane, () => lane.world.store.payments.exists({ _id: id, attempts: { $gt: 0 } }));
        await lane.world.razorpay.control('/faults', { error_rate: 0 });
      };
      return { happens, expected: [{ id, outcome: 'foreign' }] };
    },
  },
  {
    title: 'the refund of the first of a student’s two payments',
    async prepare(lane) {
      const notes = student({ event_id: (await lane.event()).id });
      const first = await ticketed(lane, { notes });
      const { id: second } = await lane.authorized({ notes });
      await lane.capture(second);
      await lane.world.settled(second, 'held:duplicate_payment');
      return makesRoom(lane, first, second);
    },
  },
  {
    title: 'a seat that comes free',
    async prepare(lane) {
      const { id: event_id } = await lane.event({ name: 'Small', capacity: 1, slug: crypto.randomUUID() });
      const first = await ticketed(lane, { notes: student({ event_id }) });
      const { id: second } = await lane.authorized({ notes: student({ event_id }) });
      await lane.capture(second);
      await lane.world.settled(second, 'held:event_full');
      return makesRoom(lane, first, second);
    },
  },
  {
    title: 'the start, with a payment waiting on the bus',
    fromStart: true,
    async prepare(lane) {
      const { id } = await lane.authorized();
      await lane.down();
      await lane.world.store.bindings.updateOne({ _id: 'aliases' }, { $set: { digest: 'of older aliases' } });
      await lane.capture(id);
      return { happens: async () => undefined, expected: [{ id, outcome: 'ticketed' }] };
    },
  },
];

const INGEST: Omit<Scenario, 'victim'>[] = [
  {
    title: 'a webhook',
    async prepare(lane) {
      const { id } = await lane.authorized();
      return { happens: () => lane.capture(id), expected: [{ id, outcome: 'ticketed' }] };
    },
  },
  {
    title: 'the first webhook of an account',
    fromStart: true,
    async prepare(lane) {
      const { id } = await lane.authorized();
      await lane.down();
      await lane.world.store.bindings.updateOne({ _id: 'razorpay' }, { $set: { account_id: null } });
      const happens = async () => {
        // After the sweep of its start: which of the two tells of the payment is not to be left to chance.
        await orGone(lane, () => lane.world.store.schedules.exists({ next_at: { $gt: new Date() } }));
        await lane.capture(id);
      };
      return { happens, expected: [{ id, outcome: 'ticketed' }] };
    },
  },
  {
    title: 'the look-up of a payment that may not be ours',
    async prepare(lane) {
      const { id } = await lane.authorized({ notes: { product: 'T-shirt' } });
      return { happens: () => lane.capture(id), expected: [{ id, outcome: 'foreign' }] };
    },
  },
  {
    title: 'a sync of one payment',
    async prepare(lane) {
      const id = await missed(lane);
      const happens = async () => void lane.world.api('POST', '/api/payments/sync', { payment_id: id });
      return { happens, expected: [{ id, outcome: 'ticketed' }] };
    },
  },
  {
    title: 'a sweep on demand',
    async prepare(lane) {
      const id = await missed(lane);
      const happens = async () => void lane.world.api('POST', '/api/payments/sync');
      return { happens, expected: [{ id, outcome: 'ticketed' }] };
    },
  },
  {
    title: 'a scheduled sweep',
    fromStart: true,
    async prepare(lane) {
      const { world } = lane;
      const refunded = await ticketed(lane);
      const created_at = Math.floor(Date.now() / 1_000) - 2 * 86_400;
      const { id: late } = await lane.authorized({ created_at, quiet: false });
      await world.payment(late, ({ pending }) => !pending);
      await nextSecond();
      await world.razorpay.control('/webhooks', { drop: 1 });
      await refund(lane, refunded);
      await lane.capture(late);
      await world.razorpay.control('/webhooks', { drop: 0 });
      const fresh = await missed(lane);
      const order_notes = student({ event_id: (await lane.event()).id });
      const ordered = await missed(lane, { notes: {}, order_notes });
      await lane.down();
      return {
        happens: async () => undefined,
        expected: [
          { id: fresh, outcome: 'ticketed' },
          { id: ordered, outcome: 'ticketed' },
          { id: late, outcome: 'ticketed' },
          { id: refunded, outcome: 'revoked' },
        ],
      };
    },
  },
];

export const SCENARIOS: readonly Scenario[] = [
  ...TICKETING.map((one): Scenario => ({ ...one, victim: 'ticketing' })),
  ...INGEST.map((one): Scenario => ({ ...one, victim: 'ingest' })),
];
