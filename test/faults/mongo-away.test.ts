/**
 * The store goes away for a while: webhooks are taken, nothing is lost, acked or hammered, people are told within a bound.
 */
import { Writable } from 'node:stream';
import { expect } from 'chai';
import { pino } from 'pino';
import type { Logger } from '../../shared/log/index.ts';
import { startPrivateMongo, withDatabase } from '../servers.ts';
import { startWorld, until, type World } from '../world.ts';
import { asOperator } from './broker.ts';
import { allDelivered, allTicketed, deliveriesOf, holder, makeEvent, PATIENTLY_MS, readiness, scan } from './people.ts';
import { type FaultyProxy, startProxy } from './proxy.ts';

const BURST = 10;
/** "Not now" comes within 7 to 17 s (the driver notices, a place in its pool is waited for); without limits it took 65 s. */
const ANSWERED_WITHIN_MS = 30_000;
/** The second look at the counts, so long after the first. */
const WATCHED_MS = 2_000;
/** More than the pool has connections: whoever waits for one gets an answer too. */
const CROWD = 80;

interface Line {
  level: number;
  msg?: string;
}

describe('MongoDB away', () => {
  let world: World;
  let proxy: FaultyProxy;
  let mongo: Awaited<ReturnType<typeof startPrivateMongo>>;
  const lines: Line[] = [];
  const log = (name: string): Logger => {
    const sink = new Writable({
      write: (chunk, _, done) => {
        lines.push(JSON.parse(String(chunk)) as Line);
        done();
      },
    });
    return pino({ name, level: 'info' }, sink) as unknown as Logger;
  };

  before(async function () {
    this.timeout(120_000);
    mongo = await startPrivateMongo();
    const between = async (uri: string) => {
      proxy = await startProxy(Number(new URL(uri).port));
      return proxy.instead(uri);
    };
    world = await startWorld({}, { mongoUri: withDatabase(mongo.url, 'qrflow'), between: { mongo: between }, log });
    await makeEvent(world);
  });
  after(async () => {
    proxy?.set('pass');
    await world?.stop();
    await proxy?.close();
  });

  const consumer = () =>
    asOperator(world, async (connection) =>
      (await connection.jetstreamManager()).consumers.info('PAYMENTS', 'ticketing'),
    );

  const faults: Record<string, { begin(): Promise<unknown>; end(): Promise<unknown> }> = {
    'its process killed': {
      begin: () => mongo.kill(),
      end: async () => {
        mongo = await startPrivateMongo({ dir: mongo.dir, port: Number(new URL(mongo.url).port) });
      },
    },
    'a black hole that takes connections and says nothing': {
      begin: async () => proxy.set('hole'),
      end: async () => proxy.set('pass'),
    },
  };

  for (const [fault, { begin, end }] of Object.entries(faults))
    it(`${fault}: webhooks are taken, nothing is acked or pulled, people hear why; then everybody has a ticket`, async () => {
      const guest = await holder(world);
      await allDelivered(world);
      await begin();
      try {
        const asked = performance.now();
        const people = [
          () => world.api('GET', '/api/events'),
          () => world.api('POST', '/api/checkin/scan', { qr_token: guest.token }),
          () => world.api('GET', '/api/payments/held'),
          ...Array.from({ length: CROWD }, () => () => world.api('GET', '/api/auth/me')),
        ];
        const answering = Promise.all(people.map(async (ask) => ({ ...(await ask()), ms: performance.now() - asked })));
        const away = await until(
          () => readiness(world),
          (all) => all.every(({ store, bus, status }) => !store && bus && status === 'waiting'),
          'readiness without the store',
          PATIENTLY_MS,
        );
        expect(away).to.have.length(3);

        const paid = await Promise.all(Array.from({ length: BURST }, () => world.pay()));
        const ids = paid.map(({ id }) => id as string);
        await allDelivered(world);
        for (const { attempts } of (await Promise.all(ids.map(deliveries))).flat())
          expect(attempts.map(({ status }) => status)).to.deep.equal([200]);

        for (const { status, body, headers, ms } of await answering) {
          expect([status, body.detail]).to.match(/^503,the store cannot be reached/);
          expect(headers.get('retry-after')).to.match(/^\d+$/);
          expect(ms).to.be.below(ANSWERED_WITHIN_MS);
        }

        const first = await consumer();
        const [asked1, lines1, since] = [proxy.asked(), lines.length, performance.now()];
        await new Promise((resolve) => setTimeout(resolve, WATCHED_MS));
        const second = await consumer();
        // Without when it was last active: asking for time for what was taken before counts as that.
        for (const of of ['ack_floor', 'delivered'] as const) {
          const [before, now] = [first[of], second[of]].map(({ consumer_seq, stream_seq }) => [
            consumer_seq,
            stream_seq,
          ]);
          expect(now, of).to.deep.equal(before);
        }
        // No busy loop: three services with a few loops each, all waiting for the store.
        const seconds = (performance.now() - since) / 1_000;
        expect((proxy.asked() - asked1) / seconds, 'connections asked for a second').to.be.below(40);
        expect((lines.length - lines1) / seconds, 'log lines a second').to.be.below(20);

        await end();
        await allTicketed(world, ids);
        expect(await world.store.deadLetters.countDocuments()).to.equal(0);
        const inbox = ids.map(async (payment_id) => {
          const mail = await world.store.mails.findOne({ payment_id }).lean();
          return world.mails.summaries({ to: String(mail?.to) }).length;
        });
        expect(await Promise.all(inbox)).to.deep.equal(ids.map(() => 1));
        await until(
          () => scan(world, guest.token),
          (reason) => ['ok', 'already_checked_in'].includes(reason),
          'the door',
          PATIENTLY_MS,
        );
      } catch (error) {
        await end().catch(() => undefined);
        throw error;
      }
    }).timeout(150_000);

  const deliveries = (id: string) => deliveriesOf(world, id);
});
