import { expect } from 'chai';
import { PUBLISH_WITHIN_MS } from '../../shared/bus/index.ts';
import { countLostTime } from '../lost-time.ts';
import { startWorld, until, type World } from '../world.ts';
import { startAgain } from './broker.ts';
import {
  allTicketed,
  deliverAgain,
  deliveriesOf,
  type Holder,
  holder,
  makeEvent,
  PATIENTLY_MS,
  scan,
  untilReady,
} from './people.ts';
import { type FaultyProxy, startProxy } from './proxy.ts';

const BURST = 6;
/** We promise 2 s, Razorpay gives 5. */
const PROMISED_MS = 2_000;

describe('NATS away', () => {
  let world: World;
  let proxy: FaultyProxy;
  let guests: Holder[];
  before(async function () {
    this.timeout(120_000);
    const nats = async (url: string) => {
      proxy = await startProxy(Number(new URL(url).port));
      return proxy.instead(url);
    };
    world = await startWorld({}, { between: { nats } });
    await makeEvent(world);
    guests = await Promise.all([1, 2, 3].map(() => holder(world)));
  });
  after(async () => {
    await world?.stop();
    await proxy?.close();
  });

  const faults: Record<string, { begin(): Promise<unknown>; end(): Promise<unknown> }> = {
    'its process killed': { begin: () => world.nats.kill(), end: () => startAgain(world) },
    'its process hung, connections standing': {
      begin: async () => process.kill(world.nats.pid as number, 'SIGSTOP'),
      end: async () => process.kill(world.nats.pid as number, 'SIGCONT'),
    },
    'a black hole that takes connections and says nothing': {
      begin: async () => proxy.set('hole'),
      end: async () => proxy.set('pass'),
    },
  };

  it('has a bound for a webhook’s answer below what is promised', () => {
    expect(PUBLISH_WITHIN_MS).to.be.below(PROMISED_MS - 300);
  });

  for (const [fault, { begin, end }] of Object.entries(faults))
    it(`${fault}: webhooks get 503 in time, the door opens, people get answers; then all is redelivered`, async () => {
      const guest = guests.pop() as Holder;
      const lost = countLostTime();
      await begin();
      try {
        const paid = await Promise.all(Array.from({ length: BURST }, () => world.pay()));
        const first = await until(
          async () => (await Promise.all(paid.map(({ id }) => deliveriesOf(world, id)))).flat(),
          (found) => found.length >= BURST && found.every(({ attempts }) => attempts.length > 0),
          'a first answer to every webhook',
          PATIENTLY_MS,
        );
        // null would be "no answer within 5 s".
        for (const { attempts } of first) expect(attempts[0]?.status).to.equal(503);
        // The burst is answered side by side, so its quickest says what the bound is; a loaded machine's delays are not ours.
        const quickest = Math.min(...first.map(({ attempts }) => attempts[0]?.ms ?? 0));
        expect(quickest - lost.ms(), `${quickest} ms, ${lost.ms()} of them lost`).to.be.below(PROMISED_MS);

        expect((await world.api('GET', '/api/events')).status).to.equal(200);
        expect(await scan(world, guest.token)).to.equal('ok');
        expect(await scan(world, guest.token)).to.equal('already_checked_in');
        const [sync, live] = await Promise.all([
          world.api('POST', '/api/payments/sync'),
          world.api('GET', `/api/payments/razorpay-status?payment_id=${guest.id}`),
        ]);
        for (const { status, body } of [sync, live]) expect([status, body.detail]).to.match(/^503,.*bus/);
        await untilReady(world, ({ bus, status }) => !bus && status === 'waiting', 'readiness without the bus');

        await end();
        await untilReady(world, ({ bus }) => bus, 'the bus back');
        await deliverAgain(world);
        // Up to 30 s where NATS, waking up, gave a message to a pull that nobody waits for any more.
        await allTicketed(
          world,
          paid.map(({ id }) => id),
        );
      } catch (error) {
        await end().catch(() => undefined);
        throw error;
      } finally {
        lost.stop();
      }
    }).timeout(150_000);
});
