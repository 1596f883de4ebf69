/** A message that always fails: the rest flow on, it is given up after 8 tries, and a person brings it back. */
import { createHmac, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { OBSERVED, UNREADABLE } from '../../shared/bus/index.ts';
import type { DeadLetterDoc } from '../../shared/store/documents.ts';
import { startWorld, student, until, WEBHOOK_SECRET, type World } from '../world.ts';
import { moreTicketing, type TicketingReplica, total } from './more-replicas.ts';

const payId = () => `pay_${randomUUID().replaceAll('-', '').slice(0, 14)}`;

describe('a poisoned message', () => {
  let world: World;
  let event: { id: number };
  const replicas: TicketingReplica[] = [];
  before(async function () {
    this.timeout(120_000);
    world = await startWorld();
    event = (await world.api('POST', '/api/events', { name: 'Fest', date: '2026-12-20T18:00:00' })).body;
    await world.ticketing.stop();
    // Its seven delays are up to 300 s; two replicas share the tries.
    const options = { redeliveryMs: [20, 20, 20, 20, 20, 20, 20] };
    replicas.push(await moreTicketing(world, options), await moreTicketing(world, options));
  });
  after(async () => {
    await Promise.all(replicas.map((one) => one.stop()));
    await world?.stop();
  });
  beforeEach(async () => {
    await world.store.deadLetters.deleteMany({});
  });
  const parts = () => replicas.map((one) => one.parts);
  /** Onto the bus, once, however late a loaded machine confirms it. */
  const put = (subject: string, bytes: Uint8Array, id: string) =>
    until(
      async () =>
        parts()[0]
          ?.bus.publish(subject, bytes, id, 'c')
          .then(
            () => true,
            () => false,
          ),
      Boolean,
      'the message on the bus',
    );

  const captured = (entity: object) =>
    JSON.stringify({ entity: 'event', event: 'payment.captured', payload: { payment: { entity } } });
  const webhook = async (body: string) => {
    const signature = createHmac('sha256', WEBHOOK_SECRET).update(body).digest('hex');
    const headers = { 'X-Razorpay-Signature': signature, 'X-Razorpay-Event-Id': randomUUID().slice(0, 14) };
    const url = `http://127.0.0.1:${world.ingest.port}/webhooks/razorpay`;
    expect((await fetch(url, { method: 'POST', body, headers })).status).to.equal(200);
  };

  /** A stored document as a failed restore may leave it: joining anything to it throws, every time. */
  const breakDocument = (id: string) =>
    world.store.payments.collection.updateOne({ _id: id as never }, { $set: { rev: 'broken' } }, { upsert: true });
  const mend = (id: string) => world.store.payments.collection.deleteOne({ _id: id as never });
  const poisoned = async () => {
    const id = payId();
    await breakDocument(id);
    // One event only; by itself each further one would be a letter of its own.
    await webhook(captured(await world.pay({ id, quiet: true, notes: student({ event_id: event.id }) })));
    return id;
  };
  const letter = (filter: object) =>
    until(
      () => world.store.deadLetters.findOne({ state: 'dead', ...filter }).lean<DeadLetterDoc>(),
      (found) => found !== null,
      'a dead letter',
      30_000,
    ) as Promise<DeadLetterDoc>;
  const replay = (id: string) => world.api('POST', `/api/admin/dead-letters/${id}/replay`);
  const shown = async (id: string) => (await world.api('GET', `/api/admin/dead-letters/${id}`)).body;
  const mails = (payment_id: string) => world.store.mails.find({ payment_id, state: 'sent' }).lean();
  it('is tried 8 times over all replicas while the rest flow on, then kept, told once, and replayed once mended', async () => {
    const failures = async () =>
      (await total(parts(), 'qrflow_observations_total', { result: 'failed' })) +
      (await total(parts(), 'qrflow_observations_total', { result: 'dead' }));
    const before = await failures();
    const id = await poisoned();
    const others = await Promise.all(
      Array.from({ length: 10 }, () => world.pay({ notes: student({ event_id: event.id }) })),
    );
    for (const { id: other } of others) await world.settled(other, 'ticketed');
    const { _id, attempts } = await letter({ payment_id: id });
    expect(attempts).to.equal(8);
    // Counted after it is stored.
    await until(
      async () => (await failures()) - before,
      (count) => count === 8,
      'all eight tries counted',
    );
    await until(
      () => total(parts(), 'qrflow_dead_letters_total'),
      (count) => count > 0,
      'the letter counted',
    );
    const alarms = () => world.store.activities.countDocuments({ action: 'message.dead', payment_id: id });
    await until(alarms, (count) => count > 0, 'the alarm');
    expect(await alarms()).to.equal(1);

    const { body: listed } = await world.api('GET', `/api/admin/dead-letters?state=dead&payment_id=${id}`);
    expect(listed).to.have.length(1);
    expect(listed[0]).to.include({ id: _id, payment_id: id, attempts: 8, subject: OBSERVED });
    expect(JSON.stringify(listed)).not.to.match(/Student|example\.edu|98000|payload/);

    // The same facts under another id, as a sweep brings them: the same letter, and no second alarm.
    const stored = (await world.store.deadLetters.findOne({ _id }).lean<DeadLetterDoc>()) as DeadLetterDoc;
    const observation = { ...JSON.parse(stored.payload.toString()), id: `sweep-1.${id}`, source: 'sweep' };
    observation.observed_at++;
    const again = Buffer.from(JSON.stringify(observation));
    await put(OBSERVED, again, observation.id);
    await letter({ _id, attempts: 9 });
    expect(await alarms()).to.equal(1);

    const failed = await replay(_id);
    expect([failed.status, failed.body.reason]).to.deep.equal([422, 'MongoServerError']);
    expect(await shown(_id)).to.deep.include({ state: 'dead', attempts: 10 });

    await mend(id);
    const done = await replay(_id);
    expect([done.status, done.body.state]).to.deep.equal([200, 'replayed']);
    expect(done.body.replays.map(({ by, handled }: { by: string; handled: boolean }) => [by, handled])).to.deep.equal([
      ['admin', false],
      ['admin', true],
    ]);
    await world.settled(id, 'ticketed');
    await until(
      () => mails(id),
      (found) => found.length === 1,
      'the mail',
    );
    expect((await world.store.deadLetters.findOne({ _id }).lean<DeadLetterDoc>())?.payload.toString()).to.equal('');
    const trail = await world.api('GET', `/api/admin/logs?action=message.replayed&payment_id=${id}`);
    expect(trail.body.map(({ actor, facts }: never) => [actor, (facts as { handled: boolean }).handled])).to.deep.equal(
      [
        ['admin', true],
        ['admin', false],
      ],
    );
    // Done is done.
    expect((await replay(_id)).body.replays).to.have.length(2);
    expect(await mails(id)).to.have.length(1);

    // Broken anew: the letter is back, with its history.
    await breakDocument(id);
    await put(OBSERVED, again, randomUUID());
    expect((await letter({ _id, attempts: 8 })).replays).to.have.length(2);
    await mend(id);
    expect((await replay(_id)).status).to.equal(200);
  }).timeout(120_000);

  it('comes back with all others by "replay all", and what fails again stays', async () => {
    const [good, bad] = [await poisoned(), await poisoned()];
    const letters = await Promise.all([good, bad].map((payment_id) => letter({ payment_id })));
    await mend(good);
    const first = await world.api('POST', '/api/admin/dead-letters/replay');
    expect(first.body).to.deep.equal({
      success: false,
      replayed: 1,
      failed: 1,
      remaining: 0,
      reason: 'MongoServerError',
    });
    await world.settled(good, 'ticketed');
    expect(await Promise.all(letters.map(async ({ _id }) => (await shown(_id)).state))).to.deep.equal([
      'replayed',
      'dead',
    ]);
    await mend(bad);
    const second = await world.api('POST', '/api/admin/dead-letters/replay', { payment_id: bad });
    expect(second.body).to.include({ success: true, replayed: 1, failed: 0 });
    await world.settled(bad, 'ticketed');
    expect((await world.api('POST', '/api/admin/dead-letters/replay')).body).to.include({ success: true, replayed: 0 });
  }).timeout(60_000);

  it('that nobody can read says so when replayed; one that names its payment brings it from Razorpay', async () => {
    await webhook('{"odd":1}');
    const mute = await letter({ payment_id: null });
    const { status, body } = await replay(mute._id);
    expect([status, body.reason]).to.deep.equal([422, 'it is no event']);
    expect(await shown(mute._id)).to.deep.include({ state: 'dead', subject: UNREADABLE, reason: 'it is no event' });

    const { id } = await world.pay({ quiet: true, notes: student({ event_id: event.id }) });
    await webhook(captured({ id, entity: 'payment', amount: 'a lot' }));
    const naming = await letter({ subject: UNREADABLE, _id: { $ne: mute._id } });
    expect((await replay(naming._id)).body).to.include({ state: 'replayed', payment_id: id });
    await world.settled(id, 'ticketed');
  }).timeout(60_000);

  it('of which a part is still not readable brings the rest, and is kept for that part', async () => {
    const payment = await world.pay({ quiet: true, notes: student({ event_id: event.id }) });
    const odd = { entity: { id: 'disp_AAAAAAAAAAAAAA', entity: 'dispute', payment_id: payment.id, amount: 'a lot' } };
    const payload = { payment: { entity: payment }, dispute: odd };
    await webhook(JSON.stringify({ entity: 'event', event: 'payment.dispute.created', payload }));
    const { _id } = await letter({ subject: UNREADABLE });
    const { status, body } = await replay(_id);
    expect([status, body.reason]).to.deep.equal([422, (await shown(_id)).reason]);
    expect(body.reason).to.contain('not all that stands beside it');
    await letter({ _id, payload: { $ne: Buffer.alloc(0) } });
    await world.settled(payment.id as string, 'ticketed');
  }).timeout(60_000);

  it('that newer software can read is read by it', async () => {
    const notes = student({ event_id: event.id });
    const payment = await world.pay({ quiet: true, notes });
    const id = payment.id as string;
    await world.razorpay.control(`/payments/${id}/forget`, {});
    // As an ingest that could not read it sent it on.
    await world.ingest.stop();
    const signed = Buffer.from(captured(payment));
    await put(UNREADABLE, signed, randomUUID());
    const { _id } = await letter({ subject: UNREADABLE });

    const away = await replay(_id);
    expect(away.status, JSON.stringify(away.body)).to.equal(503);
    expect(away.body.detail).to.include('ingest');
    expect(await shown(_id)).to.deep.include({ state: 'dead', attempts: 1, replays: [] });
    await world.restart.ingest();
    await until(
      async () => (await replay(_id)).status,
      (status) => status === 200,
      'ingest back',
    );
    await world.settled(id, 'ticketed');
  }).timeout(60_000);

  it('is for admins, and 404 or 503 where there is none or ticketing is away', async () => {
    expect((await replay('none')).status).to.equal(404);
    expect((await world.api('GET', '/api/admin/dead-letters/none')).status).to.equal(404);
    await Promise.all(replicas.splice(0).map((one) => one.stop()));
    const away = await world.api('POST', '/api/admin/dead-letters/replay');
    expect([away.status, away.body.detail]).to.deep.equal([
      503,
      'the service that handles payments (ticketing) is not running; try again soon',
    ]);
    replicas.push(await moreTicketing(world, { redeliveryMs: [20] }));
    await until(
      async () => (await world.api('POST', '/api/admin/dead-letters/replay')).status,
      (status) => status === 200,
      'ticketing back',
    );
  });
});
