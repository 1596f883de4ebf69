import { expect } from 'chai';
import { startWorld, student, until, type World } from './world.ts';

describe('a mail of which nobody knows whether it arrived', () => {
  let world: World;
  before(async function () {
    this.timeout(120_000);
    world = await startWorld();
    await world.api('POST', '/api/events', { name: 'Fest', date: '2026-12-20T18:00:00' });
  });
  after(async () => world?.stop());

  const ticketMail = (payment_id: string) => world.store.mails.findOne({ payment_id, kind: 'ticket' }).lean();
  const subjects = (email: unknown) => world.mails.summaries({ to: String(email) }).map(({ subject }) => subject);

  it('is not sent again and again: it rests, is counted, and its cancellation goes out after a refund', async () => {
    const notes = student();
    await world.mails.setFaults({ after_data_drop: true });
    const { id } = await world.pay({ notes });
    const mail = await until(
      () => ticketMail(id),
      (found) => found?.unconfirmed === 1,
      'an unconfirmed mail',
    );
    await world.mails.setFaults({ after_data_drop: false });
    expect(mail?.state).to.equal('owed');
    expect(mail?.due_at.getTime()).to.be.above(Date.now() + 600_000);
    expect(subjects(notes.email)).to.deep.equal(['Your ticket: Fest']);
    await world.razorpay.control(`/payments/${id}/refund`, {});
    await until(
      () => subjects(notes.email),
      (found) => found.length === 2,
      'the cancellation',
    );
    expect(subjects(notes.email)).to.include('Ticket cancelled: Fest');
  });

  it('gets its cancellation too when its sender died before the mark and the refund came meanwhile', async () => {
    const notes = student();
    const { id } = await world.pay({ notes });
    await until(
      () => ticketMail(id),
      (found) => found?.state === 'sent',
      'the ticket mail',
    );
    // As a process leaves it that died between the server's 250 and its mark.
    const lease = (until: number) => ({ token: 'gone', until: new Date(Date.now() + until) });
    await world.store.mails.updateOne(
      { payment_id: id, kind: 'ticket' },
      { $set: { state: 'sending', sent_at: null, lease: lease(60_000) } },
    );
    await world.razorpay.control(`/payments/${id}/refund`, {});
    await world.settled(id, 'revoked');
    await world.store.mails.updateOne({ payment_id: id, kind: 'ticket' }, { $set: { lease: lease(-1) } });
    await until(
      () => ticketMail(id),
      (found) => found?.state === 'cancelled',
      'the ticket mail given up',
    );
    await world.store.mails.updateOne(
      { payment_id: id, kind: 'cancellation', state: 'owed' },
      { $set: { due_at: new Date() } },
    );
    await until(
      () => subjects(notes.email),
      (found) => found.includes('Ticket cancelled: Fest'),
      'the cancellation',
      30_000,
    );
  }).timeout(60_000);

  it('goes out once from a server that answers late', async () => {
    const notes = student();
    // Longer than the 15 s after which a mail client usually hangs up.
    await world.mails.setFaults({ latency_ms: 16_000 });
    const { id } = await world.pay({ notes });
    const mail = await until(
      () => ticketMail(id),
      (found) => found?.state === 'sent',
      'sent',
      60_000,
    );
    await world.mails.setFaults({ latency_ms: 0 });
    expect([mail?.attempts, mail?.unconfirmed]).to.deep.equal([0, 0]);
    expect(subjects(notes.email)).to.deep.equal(['Your ticket: Fest']);
  }).timeout(90_000);
});
