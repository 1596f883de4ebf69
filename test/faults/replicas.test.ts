/** Two and three replicas of each service: together they do what one would do, each thing once. */
import { expect } from 'chai';
import { startGateway } from '../../services/gateway/app.ts';
import { loadGatewayConfig } from '../../services/gateway/config.ts';
import { ADMIN, type Json, startWorld, student, until, WEBHOOK_SECRET, type World } from '../world.ts';
import { unacked } from './broker.ts';
import {
  type IngestReplica,
  moreIngest,
  moreTicketing,
  type TicketingReplica,
  total,
  webhooksToEach,
} from './more-replicas.ts';
import { allDelivered, tokenOf } from './people.ts';

const PERIOD_MS = 1_000;
const PERIODS = 3;
const BY_WEBHOOK = 20;
const BY_SWEEP = 10;

type Gateway = Awaited<ReturnType<typeof startGateway>>;

describe('replicas', () => {
  let world: World;
  let event: { id: number };
  const ingests: IngestReplica[] = [];
  const ticketings: TicketingReplica[] = [];
  const gateways: Gateway[] = [];
  before(async function () {
    this.timeout(120_000);
    world = await startWorld();
    event = (await world.api('POST', '/api/events', { name: 'Fest', date: '2026-12-20T18:00:00' })).body;
    // In their place: replicas whose metrics can be read, sweeping every second.
    await Promise.all([world.ingest.stop(), world.ticketing.stop()]);
    world.env.SWEEP_INTERVAL = `${PERIOD_MS}ms`;
    for (const _ of [1, 2, 3]) gateways.push(await startGateway(loadGatewayConfig(world.env)));
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
  const call = async ({ port }: Gateway, path: string, token?: string, body?: unknown) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (answer.status === 204 ? null : await answer.json()) as Json };
  };
  const signIn = async (gateway: Gateway) =>
    (await call(gateway, '/api/auth/login', undefined, ADMIN)).body.access_token as string;

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
      await allDelivered(world);
      await until(
        () => unacked(world),
        ({ taken, waiting }) => taken + waiting === 0,
        'the last message',
        60_000,
      );
      expect((await observed()) - observedBefore).to.equal((await eventsTold()) - toldBefore);
      await Promise.all([split.close(), ...ingests.splice(0).map((one) => one.stop())]);
      const all = await sweeps();
      for (const [nth, { started_at }] of all.slice(1).entries())
        expect(started_at, 'one at a time').to.be.at.least(all[nth]?.ended_at as Date);
      const begun = all.map(({ started_at }) => started_at.getTime());
      const periods = ((begun.at(-1) as number) - (begun[0] as number)) / PERIOD_MS;
      // Not to the millisecond: a sweep notes its beginning a little after it takes its turn.
      expect(Math.round(periods)).to.be.at.least(all.length - 1);
      // Razorpay was asked for nothing that no sweep tells of; the last sweep may have been stopped before it asked.
      expect((await calls()) - callsBefore).to.be.at.most(all.reduce((sum, { counts }) => sum + counts.calls, 0));
    }).timeout(150_000);

  it('of the gateway know the same sessions, and the end of each', async () => {
    const [one, other] = gateways as [Gateway, Gateway];
    const token = await signIn(one);
    expect((await call(other, '/api/auth/me', token)).status).to.equal(200);
    expect((await call(other, '/api/auth/logout', token, {})).status).to.be.oneOf([200, 204]);
    expect((await call(one, '/api/auth/me', token)).status).to.equal(401);
  });

  it('of the gateway open the door once for a ticket that is scanned at all of them at the same moment', async () => {
    if (ticketings.length === 0) ticketings.push(await moreTicketing(world));
    const ingest = await moreIngest(world);
    ingests.push(ingest);
    const url = `http://127.0.0.1:${ingest.port}/webhooks/razorpay`;
    await world.razorpay.control('/webhooks', { url, secret: WEBHOOK_SECRET });
    const paid = await Promise.all(
      Array.from({ length: 8 }, () => world.pay({ notes: student({ event_id: event.id }) })),
    );
    const token = await signIn(gateways[0] as Gateway);
    for (const { id } of paid) {
      await world.settled(id, 'ticketed');
      const qr_token = await tokenOf(world, id);
      const answers = await Promise.all(gateways.map((one) => call(one, '/api/checkin/scan', token, { qr_token })));
      expect(answers.map(({ body }) => body.reason).sort()).to.deep.equal([
        'already_checked_in',
        'already_checked_in',
        'ok',
      ]);
    }
    await ingests.pop()?.stop();
  });
});
