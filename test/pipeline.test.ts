import { expect } from 'chai';
import { observedAt } from '../shared/razorpay/version.ts';
import { readPublicKeys, ticketVerifier } from '../shared/ticket/token.ts';
import { readQr } from './qr.ts';
import { PUBLIC_KEY, startWorld, student, until, type World } from './world.ts';

describe('from payment to ticket', () => {
  let world: World;
  let event: { id: number };
  before(async function () {
    this.timeout(120_000);
    world = await startWorld();
    const answer = await world.api('POST', '/api/events', {
      name: 'Fest',
      date: '2026-12-20T18:00:00',
      venue: 'Main Hall',
      price: 29_900,
    });
    expect(answer.status).to.equal(200);
    event = answer.body;
  });
  after(async () => world?.stop());

  it('a paid student is an attendee with a QR ticket in the inbox, which opens the door once', async () => {
    const notes = student();
    const { id } = await world.pay({ notes });
    const mail = await world.mails.waitFor(({ to }) => to.includes(notes.email));
    expect(mail.subject).to.equal('Your ticket: Fest');
    const payment = await world.settled(id, 'ticketed');
    const attendee = await world.store.attendees.findOne({ payment_id: id }).lean();
    expect(attendee?.details.name).to.equal(notes.name);
    expect(payment.attendee_id).to.equal(attendee?._id);

    const inline = mail.attachments.find(({ cid }) => cid);
    const token = readQr(inline?.content as Buffer);
    const claims = await ticketVerifier(readPublicKeys(PUBLIC_KEY))(token);
    expect(claims).to.deep.equal({ ticket: attendee?.ticket.id, event: event.id });
    expect(mail.html).to.include(`cid:${inline?.cid}`);
    expect(mail.text).to.include('Main Hall').and.include('AT THE DOOR');
    expect(mail.attachments.map(({ contentType }) => contentType)).to.include.members(['image/png', 'text/calendar']);

    const scan = () => world.api('POST', '/api/checkin/scan', { qr_token: token });
    expect((await scan()).body).to.include({ success: true, reason: 'ok' });
    expect((await scan()).body).to.include({ success: false, reason: 'already_checked_in' });
  });

  it('all of one payment’s events make one attendee, one ticket, one mail', async () => {
    const notes = student();
    await world.razorpay.control('/webhooks', { duplicate: 1, shuffle_ms: 100 });
    const { id } = await world.pay({ notes, order_notes: { batch: 'x' } });
    await world.razorpay.control('/webhooks', { duplicate: 0, shuffle_ms: 0 });
    await world.mails.waitFor(({ to }) => to.includes(notes.email));
    await world.payment(id, ({ order, pending }) => order !== undefined && !pending);
    await until(
      () => world.razorpay.control('/state'),
      (state: object) => 'in_flight' in state && state.in_flight === 0,
    );
    expect(await world.store.attendees.countDocuments({ payment_id: id })).to.equal(1);
    expect(await world.store.mails.countDocuments({ payment_id: id })).to.equal(1);
    expect(world.mails.summaries({ to: notes.email })).to.have.length(1);
  });

  it('a full refund revokes the ticket, tells the student, and the door refuses it', async () => {
    const notes = student();
    const { id } = await world.pay({ notes });
    const mail = await world.mails.waitFor(({ to }) => to.includes(notes.email));
    await world.razorpay.control(`/payments/${id}/refund`, {});
    await world.settled(id, 'revoked');
    const cancelled = await world.mails.waitFor(
      ({ to, subject }) => to.includes(notes.email) && subject.startsWith('Ticket cancelled'),
    );
    expect(cancelled.attachments).to.have.length(0);
    const token = readQr(mail.attachments.find(({ cid }) => cid)?.content as Buffer);
    const { body } = await world.api('POST', '/api/checkin/scan', { qr_token: token });
    expect(body).to.include({ success: false, reason: 'refunded' });
  });

  it('a partial refund is flagged and the ticket stays', async () => {
    const { id } = await world.pay();
    await world.settled(id, 'ticketed');
    await world.razorpay.control(`/payments/${id}/refund`, { amount: 5_000 });
    const payment = await world.payment(id, ({ flags, pending }) => flags.length > 0 && !pending);
    expect(payment.flags).to.deep.equal(['partly_refunded']);
    expect(payment.outcome?.kind).to.equal('ticketed');
  });

  it('a refund that fails gives the student a new ticket', async () => {
    const notes = student();
    const { id } = await world.pay({ notes });
    const first = await world.mails.waitFor(({ to }) => to.includes(notes.email));
    await world.settled(id, 'ticketed');
    await world.razorpay.control(`/payments/${id}/refund`, {});
    const { payment: refunded } = await world.settled(id, 'revoked');
    // Razorpay's stamps are whole seconds: a failure within the same one would be told apart by the next sweep only.
    const second = observedAt(refunded?.version ?? '');
    await until(
      () => Math.floor(Date.now() / 1_000),
      (now) => now > second,
    );
    await world.razorpay.control(`/payments/${id}/refund-fails`, {});
    const payment = await world.settled(id, 'ticketed');
    expect(payment.flags).to.deep.equal(['refund_failed']);
    const attendee = await world.store.attendees.findOne({ payment_id: id }).lean();
    expect([attendee?.live, attendee?.ticket.issue, attendee?.past_tickets.length]).to.deep.equal([true, 2, 1]);
    const replacing = await world.mails.waitFor(
      ({ to, text }) => to.includes(notes.email) && String(text).includes('replaces'),
    );
    const scan = async ({ attachments }: typeof first) =>
      (
        await world.api('POST', '/api/checkin/scan', {
          qr_token: readQr(attachments.find(({ cid }) => cid)?.content as Buffer),
        })
      ).body;
    expect(await scan(first)).to.include({ reason: 'revoked', message: 'This ticket was replaced or withdrawn' });
    expect(await scan(replacing)).to.include({ reason: 'ok' });
    const { body: other } = await world.api('POST', '/api/events', {
      name: 'Other',
      date: '2026-12-21T18:00:00',
      status: 'closed',
    });
    const moved = await world.api('PUT', `/api/payments/${id}`, { event_id: other.id });
    expect([moved.status, moved.body.detail]).to.deep.equal([
      409,
      `the ticket of ${id} has been used at the door; it cannot be moved to another event`,
    ]);
  });

  it('a payment that fails first and is captured later becomes a ticket', async () => {
    const { id } = await world.pay({ status: 'failed' });
    await world.settled(id, 'awaiting');
    await world.razorpay.control(`/payments/${id}/authorize`, {});
    await world.razorpay.control(`/payments/${id}/capture`, {});
    await world.settled(id, 'ticketed');
  });

  it('another product’s payment is kept without personal data, and becomes ours by a person’s word', async () => {
    const { id } = await world.pay({ notes: { product: 'T-shirt', size: 'M' }, email: 'buyer@example.com' });
    const stub = await world.settled(id, 'foreign');
    expect(JSON.stringify(stub)).to.not.include('buyer@example.com').and.not.include('T-shirt').and.not.include('+91');
    expect(stub.payment?.value.notes).to.deep.equal([
      { key: 'product', value: '' },
      { key: 'size', value: '' },
    ]);
    const { status } = await world.api('PUT', `/api/payments/${id}`, {
      ours: true,
      details: { name: 'Buyer', roll_number: 'B1' },
    });
    expect(status).to.equal(200);
    const ours = await world.settled(id, 'ticketed');
    expect(ours.payment?.value.email).to.equal('buyer@example.com');
    await world.mails.waitFor(({ to }) => to.includes('buyer@example.com'));
  });

  it('a QR code’s payment is ours by the details on the code, which only Razorpay has', async () => {
    const qr_notes = student();
    await world.razorpay.control('/webhooks', { drop: 1 });
    const { id } = await world.pay({ notes: {}, qr_code: true, qr_notes, method: 'upi' });
    await world.razorpay.control('/webhooks', { drop: 0 });
    expect((await world.api('POST', '/api/payments/sync', { payment_id: id })).status).to.equal(200);
    const payment = await world.settled(id, 'ticketed');
    expect(payment.details?.name).to.equal(qr_notes.name);
  });

  it('details that stand on the order only are found, although no webhook told them', async () => {
    const order_notes = student();
    await world.razorpay.control('/webhooks', { drop: 1 });
    const { id } = await world.pay({ notes: {}, order_notes });
    await world.razorpay.control('/webhooks', { drop: 0 });
    const { body } = await world.api('POST', '/api/payments/sync');
    expect(body).to.include({ success: true, complete: true });
    expect((await world.settled(id, 'ticketed')).details?.name).to.equal(order_notes.name);
  });

  it('a ticket without an address waits for one', async () => {
    const { id } = await world.pay({ notes: student({ email: '' }), email: 'void@razorpay.com' });
    const { attendee_id } = await world.settled(id, 'ticketed');
    const mail = () => world.store.mails.findOne({ attendee_id }).lean();
    await until(mail, (found) => found?.state === 'no_address');
    await world.api('PUT', `/api/payments/${id}`, { details: { email: 'found@example.edu' } });
    await world.mails.waitFor(({ to }) => to.includes('found@example.edu'));
    await until(mail, (found) => found?.state === 'sent');
  });

  it('a mail that went to a mistyped address goes out again once a person corrects it, and only then', async () => {
    const notes = student();
    const { id } = await world.pay({ notes });
    const sent = () => world.store.mails.findOne({ payment_id: id, state: 'sent' }).lean();
    await until(sent, (mail) => mail?.to === notes.email, 'the first mail');
    await world.api('PUT', `/api/payments/${id}`, { details: { department: 'ECE' } });
    await world.payment(id, ({ details, pending }) => details?.department === 'ECE' && !pending);
    const refused = await world.api('PUT', `/api/payments/${id}`, { details: { email: 'nope' } });
    expect(refused.status).to.equal(422);
    await world.api('PUT', `/api/payments/${id}`, { details: { email: `right.${notes.email}` } });
    await world.mails.waitFor(({ to }) => to.includes(`right.${notes.email}`));
    await until(sent, (mail) => mail?.to === `right.${notes.email}`, 'the mark');
    expect(world.mails.summaries({ to: String(notes.email) })).to.have.length(1);
  });

  it('mails wait through an outage of the mail server, and none is lost or spent', async () => {
    await world.mails.setFaults({ down: true });
    const notes = Array.from({ length: 12 }, () => student());
    const paid = await Promise.all(notes.map((one) => world.pay({ notes: one })));
    for (const { id } of paid) await world.settled(id, 'ticketed');
    const breaker = async () =>
      (await (await fetch(`http://127.0.0.1:${world.ticketing.opsPort}/metrics`)).text()).match(
        /qrflow_mail_breaker_state\{.*\} (\d)/,
      )?.[1];
    await until(breaker, (state) => state === '2', 'the breaker open');
    // As after a long outage, when each mail was refused so often that it rests for long.
    const rested = { state: 'owed' as const, 'error.kind': 'server' };
    await until(
      () => world.store.mails.countDocuments(rested),
      (count) => count > 5,
      'mails at rest',
    );
    await world.store.mails.updateMany(rested, { $set: { due_at: new Date(Date.now() + 900_000) } });
    await world.mails.setFaults({ down: false });
    for (const { email } of notes) await world.mails.waitFor(({ to }) => to.includes(email), 20_000);
    const stored = await until(
      () => world.store.mails.find({ payment_id: { $in: paid.map(({ id }) => id) } }).lean(),
      (found) => found.every(({ state }) => state === 'sent'),
    );
    expect(stored.map(({ attempts }) => attempts)).to.deep.equal(notes.map(() => 0));
  }).timeout(90_000);

  it('the trail tells a payment’s whole story under one correlation id', async () => {
    const notes = student();
    const { id } = await world.pay({ notes });
    await world.mails.waitFor(({ to }) => to.includes(notes.email));
    const actions = ['payment.created', 'payment.settled', 'attendee.created', 'qr.generated', 'mail.sent'];
    const logs = await until(
      async () =>
        (await world.api('GET', `/api/admin/logs?payment_id=${id}`)).body as { action: string; facts: unknown }[],
      (found) => actions.every((action) => found.some((entry) => entry.action === action)),
      'the trail',
    );
    for (const value of [notes.name, notes.email, notes.phone]) expect(JSON.stringify(logs)).to.not.include(value);
  });
});
