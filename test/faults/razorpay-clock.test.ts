/** An hour between Razorpay's clock and ours, in both directions: facts are dated by one clock, waits measured on one. */
import { expect } from 'chai';
import { observedAt } from '../../shared/razorpay/version.ts';
import { startWorld, student, until, type World } from '../world.ts';
import { type Books, nowSeconds, quietBooks } from './books.ts';

const HOUR = 3_600;

for (const [what, skew] of [
  ['ahead of', HOUR],
  ['behind', -HOUR],
] as const)
  describe(`Razorpay’s clock an hour ${what} ours`, () => {
    let world: World;
    let books: Books;
    const razorpayNow = () => nowSeconds() + skew;
    before(async function () {
      this.timeout(120_000);
      world = await startWorld();
      books = quietBooks(world);
      await world.razorpay.control('/faults', { clock_skew_s: skew });
      await world.api('POST', '/api/events', { name: 'Fest', date: '2026-12-20T18:00:00' });
      // Its first sweep may have heard the clock as it was before.
      await world.restart.ingest();
    });
    after(async () => world?.stop());

    const sync = (body?: object) => world.api('POST', '/api/payments/sync', body);
    const view = async (id: string) => (await world.api('GET', `/api/payments/${id}`)).body;

    it('dates what Razorpay does not know by Razorpay’s clock, so that a later sight brings the payment back', async () => {
      const id = (await world.pay({ notes: student() })).id as string;
      await world.settled(id, 'ticketed');
      const { payments } = world.razorpay.simulator.account.ledger;
      const entity = payments.get(id);
      // Nothing else was asked in this process's life: the answer about the unknown id is all it has heard.
      await world.restart.ingest();
      await world.razorpay.control(`/payments/${id}/forget`, {});
      await until(
        async () => (await sync({ payment_id: id })).status,
        (status) => status === 404,
        'not known',
      );
      const gone = await world.payment(id, ({ absence }) => absence !== undefined);
      expect(observedAt(gone.absence?.version ?? '')).to.be.closeTo(razorpayNow(), 120);
      payments.put(entity as never, Date.now());
      await until(
        async () => (await sync({ payment_id: id })).body,
        (body) => body.success,
        'known again',
      );
      await world.settled(id, 'ticketed');
      expect(await view(id)).to.include({ outcome: 'ticketed', reason: null });
    }).timeout(60_000);

    it('waits a quarter of an hour for a capture, and not one clock’s difference less or more', async () => {
      const id = (await world.pay({ notes: student(), status: 'authorized' })).id as string;
      await world.settled(id, 'awaiting');
      // Once round the recovery loop, which decides again what waits.
      const { checked_at: _, ...before } = await view(id);
      expect(before).to.include({ outcome: 'awaiting', reason: null });
      const { body } = await sync({ payment_id: id });
      expect(body.success).to.equal(true);
      expect(await view(id), 'young on either clock').to.include({ outcome: 'awaiting' });
      await world.store.payments.updateOne(
        { _id: id },
        { $set: { first_seen_at: new Date(Date.now() - 16 * 60_000) } },
      );
      await world.settled(id, 'held:not_captured');
      await world.razorpay.control(`/payments/${id}/capture`, {});
      await world.settled(id, 'ticketed');
    }).timeout(60_000);

    it('sweeps up to Razorpay’s now, and counts as missed only what is older than two minutes there', async () => {
      const young = await books.pay({ created_at: razorpayNow() });
      const { body: first } = await sync();
      expect(first).to.include({ success: true });
      expect(first.to).to.be.closeTo(razorpayNow(), 120);
      await world.settled(young, 'ticketed');
      const old = await books.pay({ created_at: razorpayNow() - 600 });
      const { body: second } = await sync();
      expect(second.missing).to.equal(1);
      await world.settled(old, 'ticketed');
      const found = async (id: string) => (await world.store.sweeps.findById(id).lean())?.counts.found;
      expect([await found(first.sweep_id), await found(second.sweep_id)]).to.deep.equal([0, 1]);
    }).timeout(60_000);

    it('lets a refund after the ticket win, and a list that lags not take it back', async () => {
      const id = await books.pay({ created_at: razorpayNow() - 900 });
      expect((await sync()).body.success).to.equal(true);
      await world.settled(id, 'ticketed');
      books.refund(id, 29_900);
      expect((await sync()).body).to.include({ success: true });
      await world.settled(id, 'revoked');
      expect((await sync()).body).to.include({ success: true, changed: 0 });
    }).timeout(60_000);
  });
