import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { connect } from 'nats';
import { json } from '../../deploy/local/demo/http.ts';
import type { Booked } from '../../deploy/local/demo/razorpay.ts';
import type { ProcessName } from '../../deploy/local/stack/info.ts';
import { anyPorts } from '../../deploy/local/stack/ports.ts';
import { type RunningStack, startStack } from '../../deploy/local/stack/start.ts';
import type { MailSummary } from '../../deploy/mail-catcher/message.ts';
import { createLogger } from '../../shared/log/index.ts';
import { openStore, type Store } from '../../shared/store/index.ts';
import { scaled } from '../profile.ts';
import { generator, shuffle, testSeed } from '../run/random.ts';
import { testFolder } from '../servers.ts';
import { ticketingConsumer } from '../ticketing-consumer.ts';
import { until } from '../until.ts';
import { elapse } from './elapse.ts';
import { reckon } from './reckoning.ts';
import { openStream, type Stream } from './stream.ts';

const VICTIMS: ProcessName[] = ['gateway', 'ingest', 'ticketing', 'nats', 'mongodb'];
const PAYMENTS = scaled({ quick: 60, long: 500 });
const PAY_EVERY_MS = scaled({ quick: 250, long: 400 });
/** Each in turn, once and again. */
const KILLS = VICTIMS.length * scaled({ quick: 1, long: 10 });
/** Between two kills: sometimes amid a start, sometimes long after. */
const PAUSE_MS = scaled({ quick: [300, 2_500], long: [200, 6_000] }) as [number, number];
const MAIL_WORKERS = 4;
/** So long nothing may move before something counts as lost. */
const STILL_MS = 90_000;
const SETTINGS = {
  RECOVERY_INTERVAL: '1s',
  MAIL_BREAKER_RESET: '1s',
  RETRY_SCALE: '0.05',
  MAIL_WORKERS: String(MAIL_WORKERS),
  LOG_LEVEL: 'warn',
};

describe('every process killed in turn, amid a stream of payments (P6)', function () {
  this.timeout(scaled({ quick: 400_000, long: 1_800_000 }));
  let stack: RunningStack;
  let store: Store;
  let stream: Stream;
  const kills = new Map<ProcessName, number>();

  before(async () => {
    const dir = join(await testFolder(), 'stack');
    const plain = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TEST_')));
    stack = await startStack({ dir, env: { ...plain, ...anyPorts(), ...SETTINGS }, ownServers: true });
    store = openStore({ uri: stack.info.mongodb, log: createLogger('test', 'silent'), name: 'test' });
    await store.connection.asPromise();
    const ticketOf = async (payment_id: string) =>
      (await store.attendees.findOne({ payment_id, live: true }).lean())?.ticket ?? null;
    stream = await openStream(stack.info, dir, ticketOf);
    await redeliverSoon();
    // Some webhooks are lost on their way, for the sweep at the end to find.
    await json(`${stack.info.razorpay}/control/webhooks`, { body: { drop: 0.05, seed: 1 } });
    await Promise.all([stream.run(PAYMENTS, PAY_EVERY_MS), killInTurn()]);
    await json(`${stack.info.razorpay}/control/webhooks`, { body: { drop: 0 } });
  });
  after(async () => {
    await store?.close();
    await stack?.stop();
  });

  /** What a death left unacked comes again soon, and often amid the next. */
  async function redeliverSoon(): Promise<void> {
    const bus = await connect({ servers: stack.info.nats });
    await (await ticketingConsumer(bus)).redeliverAfter(4_000);
    await bus.close();
  }

  async function killInTurn(): Promise<void> {
    const random = generator(`${testSeed()}:kills`);
    const turns: ProcessName[] = [];
    while (turns.length < KILLS) turns.push(...shuffle([...VICTIMS], random));
    for (const name of turns.slice(0, KILLS)) {
      const [least, most] = PAUSE_MS;
      await sleep(least + random() * (most - least));
      await kill(name);
    }
  }

  /** Kills it, once it is there again after the last time. */
  async function kill(name: ProcessName): Promise<void> {
    await until(
      () => killed(stack.info.pids[name]),
      (done) => done,
      `${name} to kill`,
      60_000,
      50,
    );
    kills.set(name, (kills.get(name) ?? 0) + 1);
  }

  function killed(pid: number | undefined): boolean {
    try {
      return pid !== undefined && process.kill(pid, 'SIGKILL');
    } catch {
      return false;
    }
  }

  const ready = () =>
    until(
      async () => {
        const states = Object.values(stack.info.ops).map(async (url) => (await fetch(`${url}/readyz`)).status);
        return await Promise.all(states).catch(() => []);
      },
      (states) => states.length === 3 && states.every((status) => status === 200),
      'all up again',
      90_000,
      200,
    );
  const books = () => json<Booked[]>(`${stack.info.razorpay}/control/payments`);
  const inbox = () => json<MailSummary[]>(`${stack.info.mail}/messages`);
  /** Waits until none is left, for as long as they become fewer. */
  async function dwindle(left: () => Promise<unknown[]>, what: string): Promise<void> {
    for (let before = await left(); before.length > 0; ) {
      const last = before.length;
      before = await until(left, ({ length }) => length < last, what, STILL_MS, 250);
    }
  }
  /** Lets time pass until nothing is under way. */
  const rests = (died: Date) =>
    dwindle(async () => {
      await elapse(store, 60_000, died);
      const [pending, mails] = await Promise.all([
        store.payments.distinct('_id', { pending: true }),
        store.mails.distinct('_id', { state: { $in: ['owed', 'sending'] } }),
      ]);
      return [...pending, ...mails];
    }, 'everything settled and mailed');

  it('loses nothing that was acknowledged, and keeps P1 to P5 after one sweep', async () => {
    expect([...kills.values()].reduce((sum, one) => sum + one, 0)).to.equal(KILLS);
    await ready();
    // One last death: from then on it is known which leases the dead hold.
    await kill('ticketing');
    const died = new Date();
    await until(() => store.ping(), Boolean, 'the store', 60_000);
    await ready();
    await arrived();
    const sweep = await stream.patiently<{ success: boolean }>('/api/payments/sync', {});
    expect(sweep.success, JSON.stringify(sweep)).to.equal(true);
    await rests(died);

    const { acknowledged } = stream;
    const { faults, payments, mails, repeats } = await reckon(store, await books(), await inbox(), acknowledged);
    expect(faults).to.deep.equal([]);
    expect(payments).to.equal(PAYMENTS);
    for (const id of [...acknowledged.refunded].slice(0, 10)) expect(await opens(id), `P4: ${id}`).to.equal(false);

    // The window that docs/architecture.md states, and that each repeat was counted.
    const bound = (kills.get('ticketing') ?? 0) * MAIL_WORKERS;
    for (const [mail, more] of repeats) expect(more, `repeats of mail ${mail._id}`).to.be.at.most(mail.unconfirmed);
    expect(repeats.size).to.be.at.most(bound);
    const leases = mails.reduce((sum, { unconfirmed }) => sum + unconfirmed, 0);
    console.log(
      `      killed: ${[...kills].map(([name, count]) => `${name} ${count}`).join(', ')}; ${payments} payments; ` +
        `${repeats.size} of ${mails.length} mails twice (${leases} leases lost, at most ${bound}); ` +
        `${stream.failures()} requests without success meanwhile`,
    );
  });

  /** What a webhook brought and was answered 200 for is in the store, without any sweep. */
  async function arrived(): Promise<void> {
    const delivered = await json<{ payment_id: string | null; event: string }[]>(
      `${stack.info.razorpay}/control/deliveries?state=delivered`,
    );
    const about = (wanted: string) => [
      ...new Set(delivered.flatMap(({ payment_id, event }) => (event.startsWith(wanted) && payment_id) || [])),
    ];
    const told = { captured: about('payment.captured'), refunded: about('refund.') };
    expect(told.captured.length).to.be.above(PAYMENTS / 2);
    expect(told.refunded.length).to.be.above(0);
    const known = async (ids: string[], among: string[]) => {
      const found = await store.payments.distinct('_id', { _id: { $in: ids }, 'payment.value.status': { $in: among } });
      return ids.filter((id) => !(found as string[]).includes(id));
    };
    await dwindle(
      async () => [
        ...(await known(told.captured, ['captured', 'refunded'])),
        ...(await known(told.refunded, ['refunded'])),
      ],
      'what each webhook that was answered 200 had told',
    );
  }

  /** Whether the gate lets this payment's ticket in. */
  async function opens(payment_id: string): Promise<boolean> {
    const attendee = await store.attendees.findOne({ payment_id }).lean();
    if (!attendee) return false;
    const qr_token = await stream.tokenOf(attendee.ticket.id, attendee.ticket.event_id);
    return (await stream.patiently<{ success: boolean }>('/api/checkin/scan', { qr_token })).success;
  }
});
