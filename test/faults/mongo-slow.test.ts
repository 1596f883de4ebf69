/** A store that answers late: work waits on the bus, not in our memory. */
import { expect } from 'chai';
import { scaled } from '../profile.ts';
import { startWorld, until, type World } from '../world.ts';
import { unacked } from './broker.ts';
import { allDelivered, allTicketed, holder, makeEvent } from './people.ts';
import { type FaultyProxy, startProxy } from './proxy.ts';

const PAID = scaled({ quick: 24, long: 200 });
const DELAY_MS = scaled({ quick: 200, long: 500 });
const WORKERS = 8;

describe('MongoDB slow', () => {
  let world: World;
  let proxy: FaultyProxy;
  before(async function () {
    this.timeout(120_000);
    const mongo = async (uri: string) => {
      proxy = await startProxy(Number(new URL(uri).port));
      return proxy.instead(uri);
    };
    world = await startWorld({ SETTLE_WORKERS: String(WORKERS), MAIL_WORKERS: '16' }, { between: { mongo } });
    await makeEvent(world);
    // All of it has worked once: ticketing takes messages.
    await holder(world);
  });
  after(async () => {
    proxy?.delay(0);
    await world?.stop();
    await proxy?.close();
  });

  it(`each reply ${DELAY_MS} ms late and ${PAID} payments at once: what is in work is bounded, the rest waits on the bus, and all of it is done`, async () => {
    proxy.delay(DELAY_MS);
    const ids = (await Promise.all(Array.from({ length: PAID }, () => world.pay()))).map(({ id }) => id as string);
    await allDelivered(world);
    const inWork: number[] = [];
    let waited = 0;
    await until(
      async () => {
        const { taken, waiting } = await unacked(world);
        inWork.push(taken);
        waited = Math.max(waited, waiting);
        return taken + waiting;
      },
      (left) => left === 0,
      'the last message',
      400_000,
    );
    // It was slow enough for messages to pile up, and they did so on the bus.
    expect(waited).to.be.above(2 * WORKERS);
    // An ack may be under way while its worker has the next message already.
    expect(Math.max(...inWork)).to.be.within(1, 2 * WORKERS);
    // Three services with a pool each, and what the driver itself keeps.
    expect(proxy.most(), 'connections').to.be.below(100);
    proxy.delay(0);
    await allTicketed(world, ids);
    expect(await world.store.deadLetters.countDocuments()).to.equal(0);
    expect(world.mails.summaries({}).length).to.equal(PAID + 1);
  }).timeout(500_000);
});
