/** Plays histories side by side in one world: each with its own events, students and payments, all under one clock. */
import { connect } from 'nats';
import { sweepEnd } from '../sweep-end.ts';
import { ticketingConsumer } from '../ticketing-consumer.ts';
import { type Json, until, type World } from '../world.ts';
import type { StandingClock } from './clock.ts';
import type { Chapter, Edit, History, Pause, Payment, Post, Step } from './history.ts';
import type { Decided } from './model.ts';
import { type Letter, type PostOffice, retold, signedBefore } from './post-office.ts';
import { AMOUNTS, addressOf, detailsOf, type Notes, PRICE, type Stage, spelt } from './students.ts';

export interface Theatre {
  world: World;
  clock: StandingClock;
  office: PostOffice;
  /** Resolves when nothing is on its way any more: no message, no settling, no mail. */
  quiet(): Promise<void>;
  sweep(): Promise<Json>;
  close(): Promise<void>;
}

/** A payment that a history made. */
export interface Made {
  id: string;
  student: string;
  wish: Payment;
  edited: boolean;
  decided: Decided;
}

/** A history as it was played. */
export interface Played {
  stage: Stage;
  seats: number;
  made: Made[];
}

export const PREVIOUS_SECRET = 'whsec_previous';

/** Sends nothing by itself any more. */
export async function openTheatre(world: World, clock: StandingClock, office: PostOffice): Promise<Theatre> {
  const bus = await connect({ servers: world.nats.url });
  const consumer = await ticketingConsumer(bus);
  return {
    world,
    clock,
    office,
    async quiet() {
      await until(
        async () => {
          // A cancellation that met its ticket's mail on the way waits for a quarter of a minute; time is moved.
          await world.store.mails.updateMany(
            { kind: 'cancellation', state: 'owed', error: null, due_at: { $gt: new Date() } },
            { $set: { due_at: new Date() } },
          );
          const { num_pending, num_ack_pending } = await consumer.info();
          const [pending, mails] = await Promise.all([
            world.store.payments.countDocuments({ pending: true, next_at: null }),
            world.store.mails.countDocuments({
              state: { $in: ['owed', 'sending'] },
            }),
          ]);
          return num_pending + num_ack_pending + pending + mails;
        },
        (left) => left === 0,
        'quiet',
        60_000,
      );
    },
    async sweep() {
      // Razorpay's clock jumps here as it never does outside: let ingest hear it.
      const [any] = await world.razorpay.control<{ id: string }[]>('/payments');
      if (any) await world.api('GET', `/api/payments/razorpay-status?payment_id=${any.id}`);
      return await sweepEnd(world, await world.api('POST', '/api/payments/sync'));
    },
    close: () => bus.close(),
  };
}

let histories = 0;

async function setStage({ world }: Theatre): Promise<Stage> {
  histories++;
  const slug = `fest-${histories}`;
  const code = await world.razorpay.control<{ id: string }>('/qr_codes', { name: slug });
  const make = async (fields: object) => {
    const { body, status } = await world.api('POST', '/api/events', {
      name: 'Fest',
      date: '2027-12-20T18:00:00',
      price: PRICE,
      ...fields,
    });
    if (status !== 200) throw new Error(`no event: ${JSON.stringify(body)}`);
    return body;
  };
  const first = await make({ slug, razorpay_qr_id: code.id });
  const small = await make({ capacity: 1 });
  return { first: { id: first.id, slug, qr: code.id }, small: { id: small.id } };
}

/** A step that Razorpay refuses did not happen. */
async function asked(world: World, path: string, body: object): Promise<Json | null> {
  try {
    return await world.razorpay.control<Json>(path, body);
  } catch (error) {
    if (/^4\d\d /.test((error as Error).message)) return null;
    throw error;
  }
}

const OLD_S = 3_600;

async function pay({ world, clock }: Theatre, played: Played, wish: Payment, nth: number): Promise<void> {
  const student = `${nth}-${wish.student}`;
  const { status, currency } = wish;
  const paid = await world.razorpay.control<Json>('/payments', {
    amount: AMOUNTS[wish.amount],
    status,
    currency,
    ...(wish.old && { created_at: Math.floor(clock.now() / 1_000) - OLD_S }),
    ...(wish.address === 'payment' && { email: addressOf(student) }),
    ...spelt(wish, student, played.stage),
  });
  played.made.push({ id: paid.id, student, wish, edited: false, decided: { released: [] } });
}

function edited(to: Edit, { student, wish }: Made, stage: Stage): Notes {
  const { name, roll_number, ...rest } = detailsOf(student);
  const where = { event_id: stage.first.id };
  const notes: Record<Edit, Notes> = {
    rename: { name: `${name} Rao`, roll_number, ...rest, ...where },
    other_event: { name, roll_number, ...rest, event_id: stage.small.id },
    no_roll_number: { name, phone: '9800000001', ...where },
    foreign: { product: 'Mug' },
    whole: { ...spelt({ ...wish, layout: 'payment' }, student, stage).notes, ...where },
  };
  return notes[to];
}

/** What the hold asks a person for. */
async function fix({ world }: Theatre, { stage }: Played, made: Made): Promise<void> {
  const doc = await world.store.payments.findOne({ _id: made.id, pending: false }).lean();
  const { name, roll_number } = detailsOf(made.student);
  const details = { name, roll_number };
  const reason = doc?.outcome?.kind === 'foreign' ? 'foreign' : doc?.outcome?.reason;
  const change =
    reason === 'unassigned_event'
      ? { event_id: stage.first.id }
      : reason === 'incomplete_details'
        ? { details }
        : reason === 'foreign'
          ? { ours: true, details, event_id: stage.first.id }
          : reason && reason !== 'not_captured' && reason !== 'unknown_at_razorpay'
            ? { release: true }
            : null;
  if (!change) return;
  const { status, body } = await world.api('PUT', `/api/payments/${made.id}`, change);
  // 409: the hold became another one meanwhile.
  if (status === 409) return;
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
  // What was let go for another event counts no more.
  if ('event_id' in change && change.event_id !== doc?.event_id) made.decided.released = [];
  if ('release' in change) made.decided.released.push(String(reason));
  else Object.assign(made.decided, change);
}

async function act(theatre: Theatre, played: Played, step: Step, nth: number): Promise<void> {
  const { world } = theatre;
  if (step.do === 'nothing') return;
  if (step.do === 'pay') return await pay(theatre, played, step, nth);
  if (step.do === 'seat') {
    played.seats++;
    await world.api('PUT', `/api/events/${played.stage.small.id}`, { capacity: played.seats });
    return;
  }
  const made = played.made[step.nth];
  if (!made) return;
  const at = `/payments/${made.id}`;
  switch (step.do) {
    case 'fix':
      return await fix(theatre, played, made);
    case 'edit':
      made.edited = true;
      await asked(world, `${at}/notes`, { notes: edited(step.to, made, played.stage) });
      return;
    case 'refund': {
      const half = step.part === 'half' ? { amount: Math.floor(AMOUNTS[made.wish.amount] / 2) } : {};
      await asked(world, `${at}/refund`, { status: step.status, ...half });
      return;
    }
    case 'process_refund': {
      const { refunds } = await world.razorpay.control<Json>(at);
      const open = refunds.find(({ status }: Json) => status === 'pending');
      if (open) await asked(world, `/refunds/${open.id}/process`, {});
      return;
    }
    case 'dispute':
      await asked(world, `${at}/dispute`, { status: step.status });
      return;
    case 'refund_fails':
      await asked(world, `${at}/refund-fails`, {});
      return;
    default:
      await asked(world, `${at}/${step.do}`, {});
  }
}

/** A letter on its way, and the round in which it arrives. */
interface Due {
  letter: Letter;
  round: number;
  place: number;
  /** On Razorpay's clock: when it happened. */
  second: number;
}

const LATE = Number.POSITIVE_INFINITY;

type Posted = Pick<Due, 'letter' | 'round' | 'second'> & { post: Post };

function posted({ letter, post, round, second }: Posted): Due[] {
  const signed = post.before ? signedBefore(letter, PREVIOUS_SECRET) : letter;
  return post.after.map((after, copy) => ({
    letter: copy > 0 && post.retold ? retold(signed) : signed,
    round: post.late && copy === post.after.length - 1 ? LATE : round + after,
    place: post.place,
    second,
  }));
}

async function paused({ clock, quiet, sweep, world }: Theatre, what: Pause): Promise<void> {
  if (what === 'none') return;
  clock.run();
  if (what === 'rest') await quiet();
  else {
    await world.razorpay.control('/faults', { list_lag_ms: what === 'stale_sweep' ? 60_000 : 0 });
    await sweep();
    await world.razorpay.control('/faults', { list_lag_ms: 0 });
  }
  clock.stand();
}

/** Histories as they were played, and their webhooks that nobody has delivered yet. */
export interface Performance {
  played: Played[];
  /**
   * The histories in which a webhook that comes after the last sweep tells of a second in which a sweep looked: of two
   * changes within it the older may win, until the next sweep.
   */
  blurred: ReadonlySet<number>;
  /** Delivers what comes after the last sweep. */
  deliverLate(): Promise<void>;
}

/** Plays them to their end, all webhooks delivered that are neither lost nor late. Sweeps nothing at the end. */
export async function play(theatre: Theatre, { histories, pauses }: Chapter): Promise<Performance> {
  const { clock, office } = theatre;
  clock.reset();
  clock.stand();
  const played: Played[] = [];
  for (const _ of histories) played.push({ stage: await setStage(theatre), seats: 1, made: [] });
  const keys = histories.map(() => ++histories_played);
  office.collect();
  const due: Due[][] = histories.map(() => []);
  const letters = histories.map(() => 0);
  const rounds = Math.max(...histories.map(({ steps }) => steps.length));
  const second = () => Math.floor(clock.now() / 1_000);
  const looks: { from: number; to: number }[] = [];

  const take = (of: History, index: number, round: number) => {
    for (const letter of office.collect()) {
      const post = of.posts[Math.min(letters[index] as number, of.posts.length - 1)] as Post;
      (letters[index] as number)++;
      due[index]?.push(...posted({ letter, post, round, second: second() }));
    }
  };
  const deliver = async (upTo: number) => {
    await Promise.all(
      due.map(async (waiting, index) => {
        const now = waiting.filter(({ round }) => round <= upTo).sort((a, b) => a.place - b.place);
        due[index] = waiting.filter(({ round }) => round > upTo);
        for (const { letter } of now) await office.deliver(letter);
      }),
    );
  };

  for (let round = 0; round < rounds; round++) {
    for (const [index, of] of histories.entries()) {
      await act(theatre, played[index] as Played, of.steps[round] ?? { do: 'nothing' }, keys[index] as number);
      take(of, index, round);
    }
    await deliver(round);
    const { what, seconds } = pauses[round] ?? { what: 'none', seconds: 1 };
    const from = second();
    await paused(theatre, what);
    if (what === 'sweep' || what === 'stale_sweep') looks.push({ from, to: second() });
    clock.tick(seconds);
  }
  await deliver(Number.MAX_SAFE_INTEGER);
  // A change of this very second is known for sure to a sweep of a later one.
  clock.tick(2);
  clock.run();
  const isBlurred = ({ second }: Due) => looks.some(({ from, to }) => second >= from && second <= to);
  const blurred = new Set(due.flatMap((waiting, index) => (waiting.some(isBlurred) ? index : [])));
  return { played, blurred, deliverLate: () => deliver(LATE) };
}

let histories_played = 0;
