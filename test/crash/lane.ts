/** A QRFlow of its own in which one service is a victim, again and again, and everything else lives on. */
import { connect } from 'nats';
import { freePort } from '../../deploy/local/servers/free-port.ts';
import type { SmtpStep } from '../../deploy/mail-catcher/smtp.ts';
import { ticketingConsumer } from '../ticketing-consumer.ts';
import { type Json, startWorld, student, until, WEBHOOK_SECRET, type World } from '../world.ts';
import { elapse, untilNextSweep } from './elapse.ts';
import type { Point } from './failure-points.ts';
import type { VictimName } from './victim.ts';
import { type Victim, victims } from './victims.ts';

/** A point of a scenario: at the seams, or at the mail server's. */
export const SMTP = 'smtp.';

export interface Lane {
  world: World;
  /** The victim of the moment. */
  victim(): Victim;
  /** Mails that were being sent when their sender died: these may arrive twice, and no others. */
  window: Set<string>;
  /** The mail server's steps since arming. */
  smtpSteps(): SmtpStep[];
  /** A payment at Razorpay that nobody was told of. */
  authorized(payment?: Record<string, unknown>): Promise<Json>;
  /** One event about it: captured. */
  capture(id: string): Promise<void>;
  /** An event of its own, with whatever fields. */
  event(fields?: Record<string, unknown>): Promise<Json>;
  arm(point: Point | null): Promise<void>;
  /** Ends the victim for now, unarmed and amid nothing. */
  down(): Promise<void>;
  /** Notes what a death leaves behind. */
  bury(): Promise<void>;
  /** The next victim, in the place of the last one: fresh, without anything it remembers. */
  revive(arm?: Point | null): Promise<void>;
  /** One sweep, to its end. */
  sweep(): Promise<void>;
  timePasses(ms: number): Promise<void>;
  /** Nothing is under way any more. */
  quiet(): Promise<void>;
  stop(): Promise<void>;
}

/** Looking costs the store work that the services need more. */
export const LOOK_MS = 200;
/** Short, so that what a death left unacked comes again before the next case. */
const ACK_WAIT_MS = 1_000;

export async function startLane(name: VictimName, mongoUri: string): Promise<Lane> {
  const row = await victims();
  const port = await freePort();
  const world = await startWorld({ RECOVERY_INTERVAL: '2s', SETTLE_WORKERS: '1', MAIL_WORKERS: '1' }, { mongoUri });
  const env = {
    ...world.env,
    // So that the victim can count the commands its driver sends.
    MONGODB_URI: `${world.env.MONGODB_URI}${world.env.MONGODB_URI?.includes('?') ? '&' : '?'}monitorCommands=true`,
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
    ...(name === 'ingest' && { INGEST_PORT: String(port) }),
  };
  const bus = await connect({ servers: world.nats.url });
  const consumer = await ticketingConsumer(bus);
  await consumer.redeliverAfter(ACK_WAIT_MS);

  let victim: Victim | undefined;
  let smtpSteps: SmtpStep[] = [];
  let armed: Point | null = null;
  let died: Date | null = null;
  let revivedAt = new Date();
  const window = new Set<string>();

  world.mails.atSmtpStep(async (step) => {
    smtpSteps.push(step);
    if (armed?.label !== `${SMTP}${step}` || smtpSteps.filter((one) => one === step).length !== armed.nth) return;
    armed = null;
    await victim?.kill();
  });

  const events = new Map<string, Json>();
  const lane: Lane = {
    world,
    victim: () => victim as Victim,
    window,
    smtpSteps: () => smtpSteps,
    async authorized(payment = {}) {
      const event_id = (await lane.event()).id;
      return await world.pay({ status: 'authorized', quiet: true, notes: student({ event_id }), ...payment });
    },
    async capture(id) {
      await world.razorpay.control(`/payments/${id}/capture`, {});
    },
    async event(fields = {}) {
      const key = JSON.stringify(fields);
      if (Object.keys(fields).length === 0 && events.has(key)) return events.get(key);
      const { body, status } = await world.api('POST', '/api/events', {
        name: 'Fest',
        date: '2027-12-20T18:00:00',
        price: 29_900,
        ...fields,
      });
      if (status !== 200) throw new Error(`no event: ${JSON.stringify(body)}`);
      events.set(key, body);
      return body;
    },
    async arm(point) {
      smtpSteps = [];
      armed = point;
      await victim?.arm(point?.label.startsWith(SMTP) ? null : point);
    },
    async down() {
      await lane.quiet();
      await victim?.kill();
    },
    async bury() {
      armed = null;
      // What the living hold is theirs; nobody is at the work of the dead.
      if (name !== 'ticketing') return;
      died = new Date();
      const sending = await world.store.mails.find({ state: 'sending' }).lean();
      for (const { _id } of sending) window.add(_id);
    },
    async revive(arm = null) {
      // Ingest sweeps at its start when a sweep is due.
      if (name === 'ingest') await untilNextSweep(world.store);
      await victim?.kill();
      victim = row.next();
      revivedAt = new Date();
      smtpSteps = [];
      armed = arm;
      await victim.start(name, env, arm?.label.startsWith(SMTP) ? null : arm);
    },
    async sweep() {
      if (name === 'ingest') return await nextSweepEnds(world);
      // Whoever asks too early, or of a machine that is busy, asks again.
      await until(
        async () => (await world.api('POST', '/api/payments/sync')).body,
        ({ complete }) => complete === true,
        'a complete sweep',
        120_000,
        LOOK_MS,
      );
    },
    timePasses: (ms) => elapse(world.store, ms, died),
    async quiet() {
      await until(
        async () => {
          const [pending, mails, told, untold, sweeps, due, { num_pending, num_ack_pending }, razorpay] =
            await Promise.all([
              world.store.payments.countDocuments({ pending: true }),
              world.store.mails.countDocuments({ state: { $in: ['owed', 'sending'] } }),
              world.store.mails.countDocuments({ 'trail.at': { $exists: true } }),
              untoldSweeps(world, revivedAt),
              world.store.sweeps.countDocuments({ state: 'running' }),
              world.store.schedules.countDocuments({ next_at: { $lte: new Date() } }),
              consumer.info(),
              world.razorpay.control<{ in_flight: number }>('/state'),
            ]);
          return {
            pending,
            mails,
            told,
            untold,
            sweeps,
            due,
            num_pending,
            num_ack_pending,
            in_flight: razorpay.in_flight,
          };
        },
        (found) => Object.values(found).every((count) => count === 0),
        'quiet',
        90_000,
        LOOK_MS,
      );
    },
    async stop() {
      await victim?.kill();
      await row.end();
      await bus.close();
      await world.stop();
    },
  };
  // The first webhook of a store tells whose it is; the cases come after.
  const { id } = await world.pay({ notes: student({ event_id: (await lane.event()).id }) });
  await world.settled(id, 'ticketed');
  await lane.quiet();
  await world[name].stop();
  if (name === 'ingest')
    await world.razorpay.control('/webhooks', {
      url: `http://127.0.0.1:${port}/webhooks/razorpay`,
      secret: WEBHOOK_SECRET,
      // Razorpay tries again, but later than we look: the sweep alone has to do.
      retry_scale: 1,
    });
  await lane.revive();
  return lane;
}

async function nextSweepEnds({ store }: World): Promise<void> {
  const last = () => store.schedules.findOne({ _id: 'sweep' }).lean();
  await until(
    last,
    (schedule) => (schedule?.next_at.getTime() ?? 0) > Date.now(),
    'the next sweep complete',
    40_000,
    LOOK_MS,
  );
}

/** Sweeps since `since` that have ended, and not said so in the audit trail: that is their last step. */
async function untoldSweeps({ store }: World, since: Date): Promise<number> {
  const ended = await store.sweeps.find({ state: { $ne: 'running' }, started_at: { $gte: since } }, { _id: 1 }).lean();
  const subjects = ended.map(({ _id }) => `sweep:${_id}`);
  return (
    subjects.length - (await store.activities.countDocuments({ action: 'sweep.ended', subject: { $in: subjects } }))
  );
}
