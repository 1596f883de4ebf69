/** Two and three replicas of each service: together they do what one would do, each thing once. */
import { expect } from 'chai';
import { startGateway } from '../../services/gateway/app.ts';
import { loadGatewayConfig } from '../../services/gateway/config.ts';
import { ADMIN, startWorld, student, until, type World } from '../world.ts';
import { moreIngest, moreTicketing, type Replica, total, webhooksToEach } from './more-replicas.ts';

const PERIOD_MS = 1_000;
const PERIODS = 3;
const BY_WEBHOOK = 20;
const BY_SWEEP = 10;

describe('replicas', () => {
  let world: World;
  let event: { id: number };
  const ingests: Replica[] = [];
  const ticketings: Omit<Replica, 'port'>[] = [];
  const gateways: { port: number; stop(): Promise<void> }[] = [];
  before(async function () {
    this.timeout(120_000);
    world = await startWorld();
    event = (await world.api('POST', '/api/events', { name: 'Fest', date: '2026-12-20T18:00:00' })).body;
    // In their place: replicas whose metrics can be read, sweeping every second.
    await Promise.all([world.ingest.stop(), world.ticketing.stop()]);
    world.env.SWEEP_INTERVAL = `${PERIOD_MS}ms`;
    for (const _ of [1, 2]) gateways.push(await startGateway(loadGatewayConfig(world.env)));
  });
  after(async () => {
    await Promise.all([...ingests, ...ticketings, ...gateways].map((one) => one.stop()));
    await world?.stop();
  });

  const sweeps = () => world.store.sweeps.find({ kind: 'scheduled' }).sort({ started_at: 1 }).lean();
  const observed = () =>
    total(
      ticketings.map(({ parts }) => parts),
      'qrflow_observations_total',
      { source: 'webhook' },
    );
  const api = async (port: number, method: string, path: string, token?: string, body?: unknown) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });

  const eventsTold = async () =>
    (await world.razorpay.control<{ state: string }[]>('/deliveries')).filter(({ state }) => state === 'delivered')
      .length;
  const calls = async () => {
    const { counts } = await world.razorpay.control<{ counts: Record<string, Record<string, number>> }>('/calls');
    return Object.values(counts)
      .flatMap((answers) => Object.values(answers))
      .reduce((sum, times) => sum + times, 0);
  };

  for (const count of [2, 3])
    it(`are ${count} of each: one sweep a period, each event once, each payment one ticket, each mail once`, async () => {
      await world.store.schedules.updateOne({ _id: 'sweep' }, { $set: { next_at: new Date() } });
      await world.store.sweeps.deleteMany({});
      const [observedBefore, toldBefore, callsBefore] = [await observed(), await eventsTold(), await calls()];
      while (ticketings.length < count) ticketings.push(await moreTicketing(world));
      for (let nth = 0; nth < count; nth++) ingests.push(await moreIngest(world));
      const split = await webhooksToEach(
        world,
        ingests.map(({ port }) => port),
      );
      const pay = async (quiet: boolean) => {
        const notes = student({ event_id: event.id });
        return { id: (await world.pay({ notes, quiet })).id as string, email: String(notes.email) };
      };
      const paid = await Promise.all(Array.from({ length: BY_WEBHOOK + BY_SWEEP }, (_, nth) => pay(nth >= BY_WEBHOOK)));
      const ids = paid.map(({ id }) => id);
      const sent = (kind: 'ticket' | 'cancellation', many: number) =>
        until(
          () => world.store.mails.countDocuments({ payment_id: { $in: ids }, kind, state: 'sent' }),
          (now) => now === many,
          `${kind}s mailed`,
          60_000,
        );
      await sent('ticket', paid.length);
      const [refunded] = paid as [(typeof paid)[number]];
      await world.razorpay.control(`/payments/${refunded.id}/refund`, {});
      await sent('cancellation', 1);
      await until(
        async () => (await sweeps()).filter(({ state }) => state === 'complete').length,
        (complete) => complete >= PERIODS,
        'some periods',
        60_000,
      );
      for (const { email } of paid)
        expect(world.mails.summaries({ to: email }), email).to.have.length(email === refunded.email ? 2 : 1);
      const mine = { payment_id: { $in: ids } };
      expect(await world.store.attendees.countDocuments(mine)).to.equal(paid.length);
      expect(await world.store.attendees.countDocuments({ ...mine, live: true })).to.equal(paid.length - 1);

      // Each event reached every replica of ingest at the same moment; ticketing saw it once.
      await until(
        async () => (await observed()) - observedBefore - ((await eventsTold()) - toldBefore),
        (difference) => difference === 0,
        'as many observations as events',
      );
      await Promise.all([split.close(), ...ingests.splice(0).map((one) => one.stop())]);
      const all = await sweeps();
      const begun = all.map(({ started_at }) => started_at.getTime());
      const periods = begun.slice(1).map((at, nth) => at - (begun[nth] as number));
      for (const period of periods) expect(period).to.be.at.least(PERIOD_MS);
      // Razorpay was asked for nothing that no sweep tells of.
      expect((await calls()) - callsBefore).to.equal(all.reduce((sum, { counts }) => sum + counts.calls, 0));
    }).timeout(150_000);

  it('of the gateway know the same sessions, and the end of each', async () => {
    const [one, other] = gateways as [{ port: number }, { port: number }];
    const login = await (await api(one.port, 'POST', '/api/auth/login', undefined, ADMIN)).json();
    const token = (login as { access_token: string }).access_token;
    expect((await api(other.port, 'GET', '/api/auth/me', token)).status).to.equal(200);
    expect((await api(other.port, 'POST', '/api/auth/logout', token)).status).to.be.oneOf([200, 204]);
    expect((await api(one.port, 'GET', '/api/auth/me', token)).status).to.equal(401);
  });
});
