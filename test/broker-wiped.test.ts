import { rm } from 'node:fs/promises';
import { expect } from 'chai';
import { startPrivateNats } from './servers.ts';
import { startWorld, student, until, type World } from './world.ts';

describe('the bus', () => {
  let world: World;
  before(async function () {
    this.timeout(120_000);
    world = await startWorld();
    await world.api('POST', '/api/events', { name: 'Fest', date: '2026-12-20T18:00:00' });
  });
  after(async () => world?.stop());

  const connected = () =>
    until(
      async () =>
        Promise.all(
          [world.gateway.opsPort, world.ingest.opsPort, world.ticketing.opsPort].map(
            async (port) => (await (await fetch(`http://127.0.0.1:${port}/readyz`)).json()) as { bus: boolean },
          ),
        ),
      (states) => states.every(({ bus }) => bus),
      'the bus back',
    );

  it('while away: webhooks get 503, reads and check-ins work; then Razorpay’s retries bring everything', async () => {
    await world.nats.kill();
    const { id } = await world.pay();
    const answered = await until(
      () =>
        world.razorpay.control<{ attempts: { status: number | null; ms: number }[] }[]>(`/deliveries?payment_id=${id}`),
      (found) => found.length > 0 && found.every(({ attempts }) => attempts.length > 0),
      'a first delivery',
    );
    for (const { attempts } of answered) {
      expect(attempts[0]?.status).to.equal(503);
      expect(attempts[0]?.ms).to.be.below(2_000);
    }
    expect((await world.api('GET', '/api/events')).status).to.equal(200);
    expect((await world.api('POST', '/api/checkin/scan', { qr_token: 'no ticket' })).body.reason).to.equal(
      'bad_signature',
    );
    expect((await world.api('POST', '/api/payments/sync')).status).to.equal(503);
    world.nats = await startPrivateNats({ dir: world.nats.dir, port: Number(new URL(world.nats.url).port) });
    await connected();
    await world.settled(id, 'ticketed');
  }).timeout(90_000);

  it('wiped while messages wait and ticketing is down: the next sweep brings everybody a ticket', async () => {
    await world.ticketing.stop();
    const paid = await Promise.all([1, 2, 3].map(() => world.pay({ notes: student() })));
    await until(
      () => world.razorpay.control<{ in_flight: number; scheduled: number }>('/state'),
      (state) => state.in_flight + state.scheduled === 0,
    );
    await world.nats.kill();
    await rm(world.nats.dir, { recursive: true });
    world.nats = await startPrivateNats({ dir: world.nats.dir, port: Number(new URL(world.nats.url).port) });
    await world.restart.ticketing();
    await connected();
    expect(await world.store.payments.countDocuments({ _id: { $in: paid.map(({ id }) => id) } })).to.equal(0);
    const { body } = await world.api('POST', '/api/payments/sync');
    expect(body).to.include({ complete: true, ticketed: 3 });
    for (const { id } of paid) await world.settled(id, 'ticketed');
  }).timeout(90_000);
});
