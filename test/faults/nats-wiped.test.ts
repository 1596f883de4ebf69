import { expect } from 'chai';
import { startWorld, until, type World } from '../world.ts';
import { asOperator, messagesWaiting, wipe } from './broker.ts';
import {
  allDelivered,
  allTicketed,
  attendeeOf,
  deliveriesOf,
  type Holder,
  holder,
  makeEvent,
  PATIENTLY_MS,
  scan,
  scheduledSweep,
  untilReady,
  watermark,
} from './people.ts';

const DAY = 86_400;
const ago = (seconds: number) => Math.floor(Date.now() / 1_000) - seconds;

describe('NATS’ data lost', () => {
  let world: World;
  before(async function () {
    this.timeout(120_000);
    world = await startWorld({}, { ingest: { stuckAfterMs: 1_000 } });
    await makeEvent(world);
  });
  after(async () => world?.stop());

  const stored = (ids: string[]) => world.store.payments.countDocuments({ _id: { $in: ids } });
  const busBack = () => untilReady(world, ({ bus }) => bus, 'the bus back');
  it('while messages wait and ticketing is down: a sync brings everybody a ticket', async () => {
    await world.ticketing.stop();
    const ids = (await Promise.all([1, 2, 3].map(() => world.pay()))).map(({ id }) => id as string);
    await allDelivered(world);
    await wipe(world);
    await world.restart.ticketing();
    await busBack();
    expect(await stored(ids)).to.equal(0);
    // One that meets a bus that is barely back says so, and is asked for again.
    await until(
      async () => (await world.api('POST', '/api/payments/sync')).body,
      ({ complete }) => complete,
      'a complete sync',
    );
    await allTicketed(world, ids);
  }).timeout(90_000);

  it('after three days of ticketing down: no sweep moved the watermark, so one sweep brings everything', async () => {
    const refunded: Holder = await holder(world, { created_at: ago(4 * DAY) });
    expect((await scheduledSweep(world)).state).to.equal('complete');
    // Three days pass: the last complete sweep was before them.
    const before = ago(3 * DAY);
    await world.store.schedules.updateOne({ _id: 'sweep' }, { $set: { watermark: before } });
    await world.ticketing.stop();
    const times = [3 * DAY - 60, 2 * DAY, DAY + 3_600, 600];
    const paid = await Promise.all(times.map((seconds) => world.pay({ created_at: ago(seconds) })));
    const ids = paid.map(({ id }) => id as string);
    await world.razorpay.control(`/payments/${refunded.id}/refund`, {});
    await allDelivered(world);
    expect(await messagesWaiting(world)).to.be.at.least(ids.length + 1);

    // A sweep in those days publishes, sees that nothing arrives, and says so.
    const failed = await scheduledSweep(world);
    expect([failed.state, failed.error]).to.match(/^failed,.*is ticketing running/);
    expect(await watermark(world)).to.equal(before);
    expect(await stored(ids)).to.equal(0);

    await wipe(world);
    await world.restart.ticketing();
    await busBack();
    const sweep = await scheduledSweep(world);
    expect([sweep.state, sweep.error]).to.deep.equal(['complete', null]);
    expect(await watermark(world)).to.be.above(before);
    await allTicketed(world, ids);
    await world.settled(refunded.id, 'revoked');
    expect(await scan(world, refunded.token)).to.equal('refunded');
  }).timeout(120_000);

  const gone: Record<string, () => Promise<unknown>> = {
    'the stream deleted': () =>
      asOperator(world, async (connection) => (await connection.jetstreamManager()).streams.delete('PAYMENTS')),
    'the stream purged': () =>
      asOperator(world, async (connection) => (await connection.jetstreamManager()).streams.purge('PAYMENTS')),
  };
  for (const [what, destroy] of Object.entries(gone))
    it(`${what} while messages wait: what Razorpay delivers again is stored again, not called a duplicate`, async () => {
      await world.ticketing.stop();
      const { id } = await world.pay();
      await allDelivered(world);
      await destroy();
      await world.restart.ticketing();
      // As when our 200 had got lost on its way: the same event, with the id that NATS has seen.
      const again = await deliveriesOf(world, id);
      const answers = await Promise.all(
        again.map(({ body, signature, event_id }) =>
          fetch(`http://127.0.0.1:${world.ingest.port}/webhooks/razorpay`, {
            method: 'POST',
            body,
            headers: { 'X-Razorpay-Signature': signature, 'X-Razorpay-Event-Id': event_id },
          }),
        ),
      );
      for (const answer of answers) expect([answer.status, await answer.json()]).to.deep.include(200);
      await allTicketed(world, [id]);
    }).timeout(60_000);

  it('the consumer deleted: made again by itself, and what waited is handled', async () => {
    await world.ticketing.stop();
    const { id: waiting } = await world.pay();
    await allDelivered(world);
    await world.restart.ticketing();
    // Where the stream was gone too, ticketing makes it first.
    await until(
      () =>
        asOperator(world, async (connection) =>
          (await connection.jetstreamManager()).consumers.delete('PAYMENTS', 'ticketing'),
        ).catch(() => false),
      (deleted) => deleted,
      'a consumer to delete',
      PATIENTLY_MS,
    );
    const { id: next } = await world.pay();
    await allTicketed(world, [waiting, next]);
    expect((await attendeeOf(world, next))?.ticket.issue).to.equal(1);
  }).timeout(60_000);
});
