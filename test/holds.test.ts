import { expect } from 'chai';
import type { Json } from './world.ts';
import { startWorld, student, until, type World } from './world.ts';

describe('held payments go on by themselves', () => {
  let world: World;
  before(async function () {
    this.timeout(120_000);
    world = await startWorld();
    // Two open events: whoever names none is held.
    await makeEvent();
    await makeEvent();
  });
  after(async () => world?.stop());

  async function makeEvent(fields: Record<string, unknown> = {}): Promise<Json> {
    const { body, status } = await world.api('POST', '/api/events', {
      name: 'Fest',
      date: '2026-12-20T18:00:00',
      price: 29_900,
      ...fields,
    });
    expect(status, JSON.stringify(body)).to.equal(200);
    return body;
  }
  const change = async (path: string, fields: object) => {
    const { body, status } = await world.api('PUT', path, fields);
    expect(status, JSON.stringify(body)).to.equal(200);
    return body;
  };
  const live = (event_id: number) => world.store.attendees.countDocuments({ event_id, live: true });

  it('once the event is set', async () => {
    const event = await makeEvent();
    const { id } = await world.pay();
    await world.settled(id, 'held:unassigned_event');
    await change(`/api/payments/${id}`, { event_id: event.id });
    expect((await world.settled(id, 'ticketed')).event_id).to.equal(event.id);
  });

  it('once the event that the notes name is made', async () => {
    const { id } = await world.pay({ notes: student({ event_id: 'night-of-code' }) });
    await world.settled(id, 'held:unassigned_event');
    const event = await makeEvent({ slug: 'night-of-code' });
    expect((await world.settled(id, 'ticketed')).event_id).to.equal(event.id);
  });

  it('once the details are complete', async () => {
    const event = await makeEvent();
    const { id } = await world.pay({ notes: { name: 'Asha', phone: '9800000001', event_id: event.id } });
    await world.settled(id, 'held:incomplete_details');
    await change(`/api/payments/${id}`, { details: { roll_number: 'X1' } });
    expect((await world.settled(id, 'ticketed')).details).to.include({ name: 'Asha', roll_number: 'X1' });
  });

  it('once the price is right, or a person lets it through', async () => {
    const event = await makeEvent();
    const paid = await Promise.all(
      [1, 2].map(() => world.pay({ amount: 10_000, notes: student({ event_id: event.id }) })),
    );
    for (const { id } of paid) await world.settled(id, 'held:underpaid');
    await change(`/api/payments/${paid[0].id}`, { release: true });
    await world.settled(paid[0].id, 'ticketed');
    await world.settled(paid[1].id, 'held:underpaid');
  });

  it('once a cancelled event is on again, and a closed one takes what was paid late', async () => {
    const event = await makeEvent({ status: 'cancelled' });
    const { id } = await world.pay({ notes: student({ event_id: event.id }) });
    await world.settled(id, 'held:event_cancelled');
    await change(`/api/events/${event.id}`, { status: 'open', closes_at: '2020-01-01T00:00:00Z' });
    await world.settled(id, 'held:event_closed');
    await change(`/api/events/${event.id}`, { closes_at: null });
    await world.settled(id, 'ticketed');
  });

  it('once the other payment of the same student is refunded', async () => {
    const event = await makeEvent();
    const notes = student({ event_id: event.id });
    const first = await world.pay({ notes });
    await world.settled(first.id, 'ticketed');
    const second = await world.pay({
      notes: { ...notes, roll_number: ` ${String(notes.roll_number).toLowerCase()} ` },
    });
    await world.settled(second.id, 'held:duplicate_payment');
    expect(await live(event.id)).to.equal(1);
    await world.razorpay.control(`/payments/${first.id}/refund`, {});
    await world.settled(second.id, 'ticketed');
    expect(await live(event.id)).to.equal(1);
  });

  it('once a person gives the student a second ticket', async () => {
    const event = await makeEvent();
    const notes = student({ event_id: event.id });
    await world.settled((await world.pay({ notes })).id, 'ticketed');
    const second = await world.pay({ notes });
    await world.settled(second.id, 'held:duplicate_payment');
    await change(`/api/payments/${second.id}`, { release: true });
    await world.settled(second.id, 'ticketed');
    expect(await live(event.id)).to.equal(2);
  });

  it('in the order they paid, as seats come free; never one too many', async () => {
    const event = await makeEvent({ capacity: 5 });
    const paid: Json[] = [];
    const now = Math.floor(Date.now() / 1_000);
    for (let nth = 0; nth < 20; nth++)
      paid.push({ notes: student({ event_id: event.id }), created_at: now - 600 + nth });
    const ids = (await Promise.all(paid.map((one) => world.pay(one)))).map(({ id }) => id as string);
    const outcomes = async () => {
      const found = await world.store.payments
        .find({ _id: { $in: ids } })
        .sort({ 'payment.value.created_at': 1 })
        .lean();
      return found.map(({ pending, outcome }) => (pending ? 'pending' : (outcome?.reason ?? outcome?.kind)));
    };
    const all = await until(
      outcomes,
      (found) => found.length === 20 && found.every((one) => one === 'ticketed' || one === 'event_full'),
      'all decided',
    );
    expect(all.filter((one) => one === 'ticketed')).to.have.length(5);
    expect(await live(event.id)).to.equal(5);

    const before = all.map((one, index) => (one === 'ticketed' ? index : -1)).filter((index) => index >= 0);
    const waiting = ids.filter((_, index) => !before.includes(index));
    for (const index of before.slice(0, 2)) await world.razorpay.control(`/payments/${ids[index]}/refund`, {});
    for (const id of waiting.slice(0, 2)) await world.settled(id, 'ticketed');
    expect(await live(event.id)).to.equal(5);

    await change(`/api/events/${event.id}`, { capacity: 7 });
    for (const id of waiting.slice(2, 4)) await world.settled(id, 'ticketed');
    await until(outcomes, (found) => found.filter((one) => one === 'ticketed').length === 7);
    expect(await live(event.id)).to.equal(7);
    const seats = (await world.store.attendees.find({ event_id: event.id, live: true }).lean()).map(({ seat }) => seat);
    expect(new Set(seats).size).to.equal(7);
  }).timeout(90_000);

  it('once a person moves it to another event, with a new ticket and the old one void', async () => {
    const [from, to] = [await makeEvent(), await makeEvent()];
    const notes = student({ event_id: from.id });
    const { id } = await world.pay({ notes });
    await world.settled(id, 'ticketed');
    await world.mails.waitFor(({ to: address }) => address.includes(String(notes.email)));
    await change(`/api/payments/${id}`, { event_id: to.id });
    await world.payment(id, ({ event_id, pending }) => event_id === to.id && !pending);
    const attendee = await world.store.attendees.findOne({ payment_id: id }).lean();
    expect([attendee?.event_id, attendee?.ticket.issue, attendee?.past_tickets[0]?.revoked_reason]).to.deep.equal([
      to.id,
      2,
      'reassigned',
    ]);
    await world.mails.waitFor(
      ({ to: address, subject }) => address.includes(String(notes.email)) && subject.startsWith('Ticket cancelled'),
    );
    await until(
      () => world.mails.summaries({ to: String(notes.email) }),
      (found) => found.filter(({ subject }) => subject.startsWith('Your ticket')).length === 2,
    );
  });

  it('a foreign payment is ours once an event has its QR code', async () => {
    const { id, qr_code_id } = await world.pay({ notes: {}, qr_code: true, method: 'upi' });
    await world.settled(id, 'foreign');
    await makeEvent({ razorpay_qr_id: qr_code_id });
    await world.settled(id, 'held:incomplete_details');
  });

  it('what a crash left pending is picked up', async () => {
    const event = await makeEvent();
    const { id } = await world.pay({ notes: student({ event_id: event.id }) });
    const done = await world.settled(id, 'ticketed');
    await world.store.attendees.deleteOne({ payment_id: id });
    // As a process leaves it that died right after the join, claim and all.
    await world.store.payments.updateOne(
      { _id: id },
      {
        $set: {
          pending: true,
          pending_since: new Date(0),
          settling: { token: 'gone', until: new Date(0) },
          outcome: null,
        },
      },
    );
    await world.settled(id, 'ticketed');
    const attendee = await world.store.attendees.findOne({ payment_id: id }).lean();
    expect(attendee?.live).to.equal(true);
    expect(attendee?.ticket.id).to.be.a('string');
    expect(done.attendee_id).to.not.equal(attendee?._id);
  });

  it('a settling that fails because Razorpay does not answer rests, is shown, and goes on', async () => {
    await world.razorpay.control('/faults', { error_rate: 1, status: 500 });
    const order_notes = student({ event_id: (await makeEvent()).id });
    const { id } = await world.pay({ notes: {}, order_notes });
    // Webhooks told the order, so forget it: as if order.paid had been lost.
    const failing = async () => {
      const { id: lost } = await world.pay({ notes: {}, method: 'card' });
      return world.payment(
        lost,
        ({ error, attempts, pending }) => pending && attempts > 0 && typeof error === 'string',
      );
    };
    const failed = await failing();
    expect(failed.error).to.match(/Razorpay/);
    await world.settled(id, 'ticketed');
    await world.razorpay.control('/faults', { error_rate: 0 });
    await world.settled(failed._id, 'foreign');
  }).timeout(60_000);

  it('a payment that cannot be read becomes a dead letter, and the rest flow on', async () => {
    await world.store.deadLetters.deleteMany({});
    const { createHmac } = await import('node:crypto');
    const body = '{"entity":"event","payload":{"payment":{"entity":{"id":"not an id"}}}}';
    const signature = createHmac('sha256', 'whsec_test').update(body).digest('hex');
    const send = async (eventId: string) => {
      const headers = { 'X-Razorpay-Signature': signature, 'X-Razorpay-Event-Id': eventId };
      const url = `http://127.0.0.1:${world.ingest.port}/webhooks/razorpay`;
      expect((await fetch(url, { method: 'POST', body, headers })).status).to.equal(200);
    };
    await send('AAAAAAAAAAAAAA');
    const letters = (attempts: number) =>
      until(
        () => world.store.deadLetters.find({ state: 'dead' }).lean(),
        (found) => found.length === 1 && found[0]?.attempts === attempts,
        'one dead letter',
      );
    const [letter] = await letters(1);
    expect(letter?.payload.toString('utf8')).to.equal(body);
    // The same bytes again are the same dead letter, and no news.
    await send('BBBBBBBBBBBBBB');
    await letters(2);
    expect(await world.store.activities.countDocuments({ action: 'message.dead' })).to.equal(1);
    const { id } = await world.pay({ notes: student({ event_id: (await makeEvent()).id }) });
    await world.settled(id, 'ticketed');
  });
});
