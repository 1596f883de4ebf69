/** What people see of a world while something fails: students with tickets, the door, the desk, and the operator. */

import type { SweepDoc } from '../../shared/store/documents.ts';
import { readSigningKey, signTicket } from '../../shared/ticket/token.ts';
import { type Json, student, until, type World } from '../world.ts';

/** Longer than anything of ours takes to notice, on a machine that is loaded. */
export const PATIENTLY_MS = 45_000;

export interface Holder {
  id: string;
  email: string;
  token: string;
}

export async function makeEvent(world: World, fields: Record<string, unknown> = {}): Promise<Json> {
  const event = { name: 'Fest', date: '2026-12-20T18:00:00', price: 29_900, ...fields };
  const { body, status } = await world.api('POST', '/api/events', event);
  if (status !== 200) throw new Error(`no event: ${JSON.stringify(body)}`);
  return body;
}

export const attendeeOf = (world: World, payment_id: string) => world.store.attendees.findOne({ payment_id }).lean();

/** What the QR in that student's inbox carries. */
export async function tokenOf(world: World, payment_id: string): Promise<string> {
  const attendee = await attendeeOf(world, payment_id);
  if (!attendee) throw new Error(`${payment_id} has no attendee`);
  const { id, event_id } = attendee.ticket;
  return signTicket({ ticket: id, event: event_id }, readSigningKey(world.env.TICKET_SIGNING_KEY as string));
}

/** Somebody who paid and has the mail. */
export async function holder(
  world: World,
  { notes = student(), ...payment }: { notes?: Record<string, unknown>; created_at?: number } = {},
): Promise<Holder> {
  const { id } = await world.pay({ notes, ...payment });
  await mailed(world, id);
  return { id, email: String(notes.email), token: await tokenOf(world, id) };
}

export const mailed = (world: World, payment_id: string) =>
  until(
    () => world.store.mails.findOne({ payment_id, kind: 'ticket', state: 'sent' }).lean(),
    (found) => found !== null,
    `the ticket mail of ${payment_id}`,
    PATIENTLY_MS,
  );

/** Each of these payments has one live attendee, one ticket, and its mail once. */
export async function allTicketed(world: World, ids: readonly string[]): Promise<void> {
  const of = { payment_id: { $in: ids } };
  const facts = async () => {
    const [settled, live, made, mails, sent] = await Promise.all([
      world.store.payments.countDocuments({ _id: { $in: ids }, pending: false, 'outcome.kind': 'ticketed' }),
      world.store.attendees.countDocuments({ ...of, live: true, 'ticket.revoked_at': null }),
      world.store.attendees.countDocuments(of),
      world.store.mails.countDocuments(of),
      world.store.mails.countDocuments({ ...of, state: 'sent' }),
    ]);
    return { settled, live, made, mails, sent };
  };
  await until(
    facts,
    (found) => Object.values(found).every((n) => n === ids.length),
    'everybody’s ticket',
    PATIENTLY_MS,
  );
}

export const scan = async (world: World, qr_token: string): Promise<string> => {
  const { body, status } = await world.api('POST', '/api/checkin/scan', { qr_token });
  return status === 200 ? body.reason : String(status);
};

interface Ready {
  status: string;
  store: boolean;
  bus: boolean;
}

const opsPorts = ({ gateway, ingest, ticketing }: World) => [gateway.opsPort, ingest.opsPort, ticketing.opsPort];

/** What the three services say of themselves. */
export const readiness = (world: World): Promise<Ready[]> =>
  Promise.all(
    opsPorts(world).map(async (port) => (await (await fetch(`http://127.0.0.1:${port}/readyz`)).json()) as Ready),
  );

export const untilReady = (world: World, holds: (ready: Ready) => boolean, what: string) =>
  until(
    () => readiness(world),
    (all) => all.every(holds),
    what,
    PATIENTLY_MS,
  );

interface Delivery {
  event_id: string;
  event: string;
  state: string;
  body: string;
  signature: string;
  attempts: { status: number | null; ms: number }[];
}
export const deliveriesOf = (world: World, payment_id: string) =>
  world.razorpay.control<Delivery[]>(`/deliveries?payment_id=${payment_id}`);

/** Every webhook that Razorpay has is answered 2xx. */
export const allDelivered = (world: World) =>
  until(
    () => world.razorpay.control<{ in_flight: number; scheduled: number }>('/state'),
    ({ in_flight, scheduled }) => in_flight + scheduled === 0,
    'every webhook delivered',
    PATIENTLY_MS,
  );

/** What waits for its next try is delivered now. */
export const deliverAgain = (world: World) => world.razorpay.control('/deliveries/flush', {});

/** The first scheduled sweep that began since, at its end: it gave the schedule back, and moved the watermark if it does. */
export async function sweepSince(world: World, since: Date): Promise<SweepDoc> {
  const ended = await until(
    async () => {
      const sweep = await world.store.sweeps.findOne({ kind: 'scheduled', started_at: { $gte: since } }).lean();
      // Its record is closed before the watermark moves (P7).
      return sweep && { sweep, lease: (await world.store.schedules.findById('sweep').lean())?.lease ?? null };
    },
    (found) => found !== null && found.sweep.state !== 'running' && found.lease === null,
    'the end of the scheduled sweep',
    PATIENTLY_MS,
  );
  return (ended as { sweep: SweepDoc }).sweep;
}

/** Makes a scheduled sweep due. Ingest looks when it starts. */
export async function scheduledSweep(world: World): Promise<SweepDoc> {
  await world.ingest.stop();
  const since = new Date();
  await world.store.schedules.updateOne({ _id: 'sweep' }, { $set: { next_at: new Date(0) } });
  await world.restart.ingest();
  return await sweepSince(world, since);
}

export const watermark = async (world: World): Promise<number> =>
  (await world.store.schedules.findById('sweep').lean())?.watermark ?? 0;
