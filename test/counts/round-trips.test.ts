/**
 * What each piece of work may cost in round trips to the store and messages on the bus, counted on the wire. Commands that
 * go side by side count each. Counted on a warm system: ids are taken in blocks, an event's next seat is remembered,
 * the gate's events are kept for a moment. More is a regression; fewer is welcome.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { restPayment } from '../../deploy/simulator/entities.ts';
import { readSigningKey, signTicket } from '../../shared/ticket/token.ts';
import { paymentDoc } from '../documents.ts';
import { type Json, until, WEBHOOK_SECRET, type World } from '../world.ts';
import { type Command, listed } from './store-wire.ts';
import { startWatched, type Watched } from './watched.ts';

const PAID = 20;

/** What ticketing asks every second or two whatever comes in. Nothing else is left out of a count. */
const POLLS: ((command: Command) => boolean)[] = [
  // The outbox and the recovery look whether there is anything to take, and there is not.
  ({ name, collection, empty }) => name === 'findAndModify' && ['mails', 'payments'].includes(collection) && empty,
  ({ text }) => text === 'update mails {state, lease.until}',
  ({ text }) => text.startsWith('aggregate mails [$match $lookup $set $match'),
  ({ text, empty }) =>
    ['find mails {trail.at}', 'find attendees {pending.at}', 'find payments {words}'].includes(text) && empty,
  // The gauges.
  ({ text }) => /^aggregate (mails|payments|dead_letters) \[\$match \$group\]$/.test(text),
  ({ text }) => text === 'find payments {pending}' || text === 'find mails {state, error.kind, error.alone}',
];
const isPoll = (command: Command) => POLLS.some((poll) => poll(command));

describe('round trips', () => {
  let watched: Watched;
  let world: World;
  let wires: Watched['wires'];
  let buses: Watched['buses'];
  /** Webhooks posted, and events of them that were taken, since the count began. */
  const told = { posts: 0, events: 0 };

  before(async function () {
    this.timeout(120_000);
    watched = await startWatched({ RECOVERY_INTERVAL: '1h' });
    ({ world, wires, buses } = watched);
    await world.api('POST', '/api/events', { name: 'Fest', date: '2026-12-20T18:00:00' });
    // Warm: one payment has gone all the way, and the loops have had their first turn.
    await deliver(await capture());
    await until(
      () => world.mails.summaries().length,
      (mails) => mails === 1,
      'the first mail',
    );
    await until(() => wires.ticketing.commands.some(({ text }) => text === 'find mails {trail.at}'), Boolean, 'a turn');
  });
  after(() => watched?.stop());

  const allTold = () =>
    until(
      () => world.store.mails.countDocuments({ $or: [{ state: { $ne: 'sent' } }, { 'trail.at': { $exists: true } }] }),
      (open) => open === 0,
      'all mails sent and told',
    );

  beforeEach(async () => {
    await allTold();
    for (const wire of [...Object.values(wires), ...Object.values(buses)]) wire.clear();
    Object.assign(told, { posts: 0, events: 0 });
  });

  /** A captured payment in Razorpay's books, that no webhook tells of. */
  const capture = (change: Record<string, unknown> = {}): Promise<Json> => world.pay({ quiet: true, ...change });

  const webhooks = () => `http://127.0.0.1:${world.ingest.port}/webhooks/razorpay`;

  /** Tells of it, under an event id of its own, and waits until it is settled. */
  async function deliver(entity: Json): Promise<void> {
    const { qr_code_id: _unknown, ...payment } = entity;
    const body = JSON.stringify({
      entity: 'event',
      account_id: 'acc_Qa1b2C3d4E5f6G',
      event: 'payment.captured',
      contains: ['payment'],
      payload: { payment: { entity: payment } },
      created_at: payment.created_at,
    });
    const headers = {
      'X-Razorpay-Event-Id': randomBytes(7).toString('hex'),
      'X-Razorpay-Signature': createHmac('sha256', WEBHOOK_SECRET).update(body).digest('hex'),
    };
    // Again where the bus had no moment for it, as on a loaded machine; if it took it all the same, it delivers it once.
    await until(
      async () => {
        told.posts++;
        return (await fetch(webhooks(), { method: 'POST', headers, body })).status;
      },
      (status) => status === 200,
      'taken',
    );
    told.events++;
    await until(
      () => buses.ticketing.sent('$JS.ACK.'),
      (acks) => acks >= told.events,
      'the ack',
    );
    await world.settled(payment.id, 'ticketed');
  }

  const deliverAll = () => Promise.all(Array.from({ length: PAID }, async () => deliver(await capture())));

  const forDeliveries = () => wires.ticketing.commands.filter(({ work }) => work === 'delivery');

  it(`a new captured payment takes at most 7, from delivery to pending cleared`, async () => {
    await deliverAll();
    const [ids, own] = [true, false].map((block) =>
      forDeliveries().filter(({ collection }) => (collection === 'counters') === block),
    ) as [Command[], Command[]];
    expect(own.length, listed(own)).to.be.at.most(7 * PAID);
    expect(own.length, 'the count sees nothing').to.be.at.least(PAID);
    expect(ids.length, 'blocks of ids').to.be.at.most(PAID / 10);
  }).timeout(60_000);

  it('a duplicate takes 1, and on the bus every delivery is one publish and one ack', async () => {
    const payment = await capture();
    await deliver(payment);
    const bus = () => [buses.ingest.sent('payments.'), buses.ticketing.sent('$JS.ACK.')];
    expect(bus()).to.deep.equal([told.posts, 1]);
    wires.ticketing.clear();
    await deliver(payment);
    expect(bus()).to.deep.equal([told.posts, 2]);
    expect(forDeliveries().length, listed(forDeliveries())).to.equal(1);
    expect(wires.ingest.commands.length, listed(wires.ingest.commands)).to.equal(0);
  });

  it('a mail takes 3, and all of a moment share one move of their audit entries', async () => {
    await deliverAll();
    await allTold();
    const others = wires.ticketing.commands.filter((command) => command.work !== 'delivery' && !isPoll(command));
    const moves = others.filter(({ text }) => text === 'find mails {trail.at}').length;
    const moving = others.filter(
      ({ collection, text }) =>
        collection === 'activity_logs' || /^(find mails \{trail|update mails \{_id\}$)/.test(text),
    );
    expect(moves, 'moves of audit entries').to.be.within(1, PAID / 2);
    expect(moving.length, listed(moving)).to.equal(3 * moves);
    const own = others.filter((command) => !moving.includes(command));
    expect(own.length, listed(own)).to.be.within(PAID, 3 * PAID);
  }).timeout(60_000);

  it('a check-in takes 3, a refused one 4', async () => {
    const payment = await capture();
    await deliver(payment);
    const attendee = await world.store.attendees.findOne({ payment_id: payment.id }).lean();
    const claims = { ticket: attendee?.ticket.id ?? '', event: 1 };
    const qr_token = await signTicket(claims, readSigningKey(world.env.TICKET_SIGNING_KEY ?? ''));
    const scan = async (reason: string, most: number) => {
      wires.gateway.clear();
      expect((await world.api('POST', '/api/checkin/scan', { qr_token })).body.reason).to.equal(reason);
      const { commands } = wires.gateway;
      expect(commands.length, `${reason}:${listed(commands)}`).to.be.within(1, most);
    };
    // Warm: somebody is signed in, and the gate has just looked at the event.
    await world.api('POST', '/api/checkin/scan', {
      qr_token: await signTicket({ ...claims, ticket: 'unknown' }, readSigningKey(world.env.TICKET_SIGNING_KEY ?? '')),
    });
    await scan('ok', 3);
    await scan('already_checked_in', 4);
  });

  it('a sweep’s page of 100 that brings nothing new takes one, and at most one for progress', async () => {
    const newest = Math.floor(Date.now() / 1_000) - 86_400;
    const { account } = world.razorpay.simulator;
    const wanted = { amount: 29_900, currency: 'INR', method: 'upi', email: null, contact: null, notes: null };
    const through = { order_id: null, qr_code_id: null, status: 'captured' as const };
    const payments = account.quietly(() =>
      Array.from({ length: 500 }, (_, n) =>
        account.ledger.createPayment({ ...wanted, ...through, created_at: newest - n }),
      ),
    );
    await world.store.payments.insertMany(
      payments.map((payment) =>
        paymentDoc(restPayment(payment), {
          pending: false,
          outcome: { kind: 'ticketed', reason: null, since: new Date() },
        }),
      ),
    );
    const sweep = async (from: number) => {
      wires.ingest.clear();
      const window = { from, to: newest };
      const { body } = await world.api('POST', '/api/payments/sync', window);
      expect(body, JSON.stringify(body)).to.include({ complete: true, missing: 0, changed: 0 });
      const progress = wires.ingest.commands.filter(({ collection }) => ['sweeps', 'schedules'].includes(collection));
      const others = wires.ingest.commands.filter((command) => !progress.includes(command));
      return { pages: (await world.store.sweeps.findById(body.sweep_id).lean())?.counts.pages ?? 0, progress, others };
    };
    const few = await sweep(newest - 99);
    const many = await sweep(newest - 499);
    // Each page begins with the last one's oldest second.
    const pages = Math.ceil(500 / 99) - 1;
    expect(many.pages - few.pages).to.be.within(pages - 1, pages);
    const more = (name: 'progress' | 'others') => many[name].length - few[name].length;
    expect(more('others'), listed(many.others)).to.be.at.most(pages);
    expect(more('progress'), listed(many.progress)).to.be.at.most(pages);
  });
});
