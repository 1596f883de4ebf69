/** While Razorpay fails, whoever asks hears so, soon and with the reason; what must be looked up waits and goes on by itself. */
import { expect } from 'chai';
import { startWorld, student, until, type World } from '../world.ts';
import { type Books, CALL_FAULTS, IMPATIENT, inTime, quietBooks, WELL } from './books.ts';
import { measured } from './metrics.ts';
import { scheduledSweep } from './people.ts';

describe('a question to Razorpay while it fails', () => {
  let world: World;
  let books: Books;
  before(async function () {
    this.timeout(120_000);
    world = await startWorld({}, { ingest: IMPATIENT });
    books = quietBooks(world);
    await world.api('POST', '/api/events', { name: 'Fest', date: '2026-12-20T18:00:00' });
  });
  after(async () => world?.stop());
  afterEach(() => world.razorpay.control('/faults', WELL));

  const faulty = (fault: Record<string, unknown>) => world.razorpay.control('/faults', { ...WELL, ...fault });
  const sync = (body?: object) => world.api('POST', '/api/payments/sync', body);
  const status = (id: string) => world.api('GET', `/api/payments/razorpay-status?payment_id=${id}`);

  it('for a payment’s status is answered 502 with the reason', async () => {
    const id = await books.pay();
    for (const [what, fault] of CALL_FAULTS) {
      await faulty({ ...fault, at: { route: '/v1/payments/:id' } });
      const { status: answer, body } = await status(id);
      expect(answer, what).to.equal(502);
      expect(body.detail, what).to.match(/^Razorpay, payment: /);
      expect(body.kind, what).to.be.oneOf(['rate_limited', 'unavailable']);
    }
    await faulty({});
    expect((await inTime(() => status(id))).status).to.equal(200);
    await world.razorpay.control(`/payments/${id}/forget`, {});
    expect((await inTime(() => status(id))).status, 'an id that is gone').to.equal(404);
  }).timeout(90_000);

  it('for one payment is answered 502 with the reason, and stores it once Razorpay answers', async () => {
    const id = await books.pay({ order_notes: { remark: 'x' } });
    for (const [what, fault] of CALL_FAULTS)
      for (const route of ['/v1/payments/:id', '/v1/orders/:id']) {
        await faulty({ ...fault, at: { route } });
        const { status: answer, body } = await sync({ payment_id: id });
        expect([answer, body.success, body.complete], `${what} at ${route}`).to.deep.equal([502, false, false]);
        expect(body.error, `${what} at ${route}`).to.match(/^Razorpay, (payment|order): /);
      }
    await faulty({});
    const { body } = await inTime(() => sync({ payment_id: id }));
    expect(body).to.include({ success: true, ticketed: 1 });
  }).timeout(90_000);

  it('about a payment whose details are on its order leaves it pending with the reason, then tickets it', async () => {
    await faulty({ error_rate: 1, status: 500, at: { route: '/v1/orders/:id' } });
    const answered = () => measured(world.ticketing.opsPort, 'qrflow_lookups_total', 'result="failed"');
    const before = await answered();
    // A list shows neither order nor code: all that the sweep can publish is a payment that nothing makes ours.
    const id = await books.pay({ notes: [], order_notes: student() });
    const sweep = inTime(sync);
    const seen = await until(
      async () => (await world.api('GET', `/api/payments/${id}`)).body,
      (body) => typeof body.error === 'string',
      'pending with the reason',
      30_000,
    );
    expect(seen).to.include({ pending: true, outcome: null });
    expect(seen.error).to.match(/^Razorpay could not be asked about it: /);
    expect(await answered()).to.be.above(before);
    await faulty({});
    await world.store.payments.updateOne({ _id: id }, { $set: { next_at: null } });
    await world.settled(id, 'ticketed');
    expect((await sweep).body).to.include({ success: true });
  }).timeout(90_000);

  it('with a key of another account fails before anything of that account comes in', async () => {
    const binding = () => world.store.bindings.findById('razorpay').lean();
    await until(
      async () => (await binding())?.key_id ?? (await scheduledSweep(world)).state,
      (found) => found === world.env.RAZORPAY_KEY_ID,
      'the first key known from a complete sweep',
      60_000,
    );
    const { id } = await world.pay({ notes: student() });
    await world.settled(id, 'ticketed');
    const change = () =>
      world.store.bindings.updateOne({ _id: 'razorpay' }, { $set: { key_id: 'rzp_test_OldKey00000000' } });
    await change();
    const { body: same } = await inTime(sync);
    expect(same, 'a new key of the same account').to.include({ success: true });
    expect((await binding())?.key_id).to.equal(world.env.RAZORPAY_KEY_ID);
    await change();
    const { payments } = world.razorpay.simulator.account.ledger;
    const ours = await world.store.payments.find({ first_source: 'webhook' }).lean();
    const kept = ours.map(({ _id }) => payments.get(_id)).filter((entity) => entity !== undefined);
    for (const { id } of kept) payments.forget(id);
    const theirs = await books.pay();
    const { status, body } = await inTime(sync);
    for (const entity of kept) payments.put(entity, Date.now());
    expect([status, body.success]).to.deep.equal([502, false]);
    expect(body.error).to.match(/^RAZORPAY_KEY_ID is of another account/);
    expect(await world.store.payments.findById(theirs)).to.equal(null);
    await world.razorpay.control(`/payments/${theirs}/forget`, {});
  }).timeout(120_000);
});
