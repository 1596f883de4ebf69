import { expect } from 'chai';
import type { AttendeeDoc } from '../../../shared/store/documents.ts';
import { signTicket } from '../../../shared/ticket/token.ts';
import { MOMENT } from '../../../test/patience.ts';
import { startPrivateNats } from '../../../test/servers.ts';
import { attendee, event } from '../testing/documents.ts';
import { endedTicket, startGate, type TestGate } from '../testing/gate.ts';
import { startTestGateway } from '../testing/start.ts';

const HOUR = 3_600_000;

describe('a scan at the gate', () => {
  let gateway: TestGate;
  before(async () => {
    gateway = await startGate();
    const soon = new Date(Date.now() + HOUR);
    const past = new Date(Date.now() - HOUR);
    await gateway.open(1);
    await gateway.open(2, { doors_open_at: soon });
    await gateway.open(3, { doors_close_at: past });
    await gateway.open(4, { status: 'cancelled' });
    await gateway.open(5, { status: 'closed', doors_open_at: past, doors_close_at: soon });
    await gateway.open(6, { doors_open_at: soon });
    await gateway.open(7, { staff: [] });
  });
  after(() => gateway.stop());

  const newTicket = (more: Partial<AttendeeDoc> = {}, eventId = 1) => gateway.ticket(more, eventId);
  const scan = (qr_token: string, more: object = {}) => gateway.scan(qr_token, more);
  const refused = async (token: string, reason: string, more: object = {}) => {
    const { status, body } = await scan(token, more);
    expect(status).to.equal(200);
    expect(body).to.include({ success: false, reason });
    expect(body.message).to.be.a('string').and.not.equal('');
    return body;
  };

  it('lets a ticket in once, with the name and nothing that is nobody’s business', async () => {
    const { n, token } = await newTicket();
    const { status, body } = await scan(token, { event_id: 1 });
    expect(status).to.equal(200);
    expect(body).to.include({ success: true, reason: 'ok', checked_in_by: 'the-staff' });
    expect(body.attendee).to.include({ id: n, name: 'Asha Rao', roll_number: `R${n}` });
    expect(JSON.stringify(body)).not.to.contain('9800000002').and.not.contain('asha@example.edu');
    expect(Date.parse(body.checked_in_at)).to.be.closeTo(Date.now(), MOMENT * 1_000);

    const again = await refused(token, 'already_checked_in');
    expect(again).to.include({ checked_in_by: 'the-staff', checked_in_at: body.checked_in_at });
    expect(again.message).to.contain('the-staff');
  });

  it('of 50 at the same moment succeeds exactly once', async () => {
    const { n, token } = await newTicket();
    const answers = await Promise.all(Array.from({ length: 50 }, () => scan(token)));
    expect(answers.filter(({ body }) => body.success)).to.have.length(1);
    expect(answers.filter(({ body }) => body.reason === 'already_checked_in')).to.have.length(49);
    const trail = await gateway.store.activities.find({ attendee_id: n }).lean();
    expect(trail.filter(({ action }) => action === 'checkin.accepted')).to.have.length(1);
    expect(trail.filter(({ action }) => action === 'checkin.refused')).to.have.length(49);
  });

  it('sent again with its nonce is the same scan; another one is not', async () => {
    const { n, token } = await newTicket();
    const first = await scan(token, { nonce: 'scan-0001' });
    const again = await scan(token, { nonce: 'scan-0001' });
    expect(again.body).to.deep.equal(first.body);
    await refused(token, 'already_checked_in', { nonce: 'scan-0002' });
    await refused(token, 'already_checked_in');
    expect(await gateway.store.activities.countDocuments({ attendee_id: n, action: 'checkin.accepted' })).to.equal(1);
  });

  it('with a nonce that was another ticket’s is another scan, and in the trail too', async () => {
    const [a, b] = [await newTicket(), await newTicket()];
    for (const { token } of [a, b]) expect((await scan(token, { nonce: 'scan-0009' })).body.success).to.equal(true);
    const accepted = { attendee_id: { $in: [a.n, b.n] }, action: 'checkin.accepted' };
    expect(await gateway.store.activities.countDocuments(accepted)).to.equal(2);
  });

  it('refuses what was refunded, withdrawn or replaced', async () => {
    const refunded = await newTicket({ live: false, ticket: endedTicket('refunded-one', 'refunded') });
    await refused(refunded.token, 'refunded');
    const byHand = await newTicket({ live: false, ticket: endedTicket('withdrawn-one', 'by_hand') });
    await refused(byHand.token, 'revoked');
    const moved = await newTicket({ past_tickets: [endedTicket('old-one', 'reassigned')] });
    await refused(await signTicket({ ticket: 'old-one', event: 1 }, gateway.signingKey), 'revoked');
    expect((await scan(moved.token)).body.success, 'the new one').to.equal(true);
  });

  it('and a refund at the same moment never both win', async () => {
    for (let i = 0; i < 10; i++) {
      const { n, token } = await newTicket();
      const [{ body }, revoked] = await Promise.all([
        scan(token),
        gateway.store.attendees.updateOne(
          { _id: n, 'ticket.revoked_at': null, checked_in_at: null },
          { $set: { 'ticket.revoked_at': new Date(), 'ticket.revoked_reason': 'refunded', live: false } },
        ),
      ]);
      expect(body.success).to.equal(revoked.modifiedCount === 0);
    }
  });

  it('refuses a ticket of another event at this gate', async () => {
    const { token } = await newTicket();
    const { message, event: of } = await refused(token, 'wrong_event', { event_id: 5 });
    expect([message, of]).to.deep.equal(['This ticket is for another event: Event 1', { id: 1, name: 'Event 1' }]);
    expect((await scan(token, { event_id: 1 })).body.success).to.equal(true);
  });

  it('refuses a ticket of an event that was not given to this person, and tells nothing of it', async () => {
    const { n, token } = await newTicket({}, 7);
    const told = await refused(token, 'wrong_event');
    expect(told).to.include({ event: null, attendee: null, message: 'This ticket is for another event' });
    await refused(token, 'wrong_event', { event_id: 7 });
    for (const path of ['validate', 'status']) {
      const { body } = await gateway.ask('staff', 'POST', `/api/checkin/${path}`, { qr_token: token });
      expect(body).to.include({ success: false, reason: 'wrong_event', attendee: null, event: null });
    }
    expect((await gateway.store.attendees.findById(n).lean())?.checked_in_at).to.equal(null);
    expect((await gateway.scan(token, {}, 'admin')).body.success).to.equal(true);
  });

  it('tells the old ticket’s door nothing of how its holder, moved to another event, fares there', async () => {
    const inside = { checked_in_at: new Date(), checked_in_by: 'gate-of-7', checked_in_gate: 'Far gate' };
    await newTicket({ ...inside, past_tickets: [endedTicket('moved-away', 'reassigned')] }, 7);
    const qr_token = await signTicket({ ticket: 'moved-away', event: 1 }, gateway.signingKey);
    const nothing = { attendee: null, checked_in_at: null, checked_in_by: null, gate: null };
    const told = { success: false, reason: 'revoked', ...nothing };
    expect(await refused(qr_token, 'revoked')).to.include(told);
    for (const path of ['validate', 'status']) {
      const { body } = await gateway.ask('staff', 'POST', `/api/checkin/${path}`, { qr_token });
      expect(body, path).to.include(told);
    }
  });

  it('says at which gate somebody is in already', async () => {
    const { token } = await newTicket();
    expect((await scan(token, { gate: 'North gate' })).body).to.include({ success: true, gate: 'North gate' });
    const { message, gate } = await refused(token, 'already_checked_in', { gate: 'South gate' });
    expect(gate).to.equal('North gate');
    expect(message).to.contain('at North gate, by the-staff');
  });

  it('refuses what is no ticket of ours', async () => {
    const { token } = await newTicket();
    await refused('hello', 'bad_signature');
    await refused(`${token.slice(0, -4)}AAAA`, 'bad_signature');
    const other = await import('node:crypto').then(({ generateKeyPairSync }) => generateKeyPairSync('ed25519'));
    await refused(await signTicket({ ticket: 'ticket-1', event: 1 }, other.privateKey), 'bad_signature');
    await refused(await signTicket({ ticket: 'never-made', event: 1 }, gateway.signingKey), 'unknown');
    await refused(await signTicket({ ticket: 'never-made', event: 999 }, gateway.signingKey), 'unknown');
  });

  it('refuses while doors are closed, or the event is cancelled; a closed sale keeps nobody out', async () => {
    await refused((await newTicket({}, 2)).token, 'not_open_yet');
    await refused((await newTicket({}, 3)).token, 'closed');
    await refused((await newTicket({}, 4)).token, 'event_cancelled');
    expect((await scan((await newTicket({}, 5)).token)).body.success).to.equal(true);
  });

  it('sees a change of the event made here at once', async () => {
    const { token } = await newTicket({}, 6);
    await refused(token, 'not_open_yet');
    await gateway.ask('admin', 'PUT', '/api/events/6', { doors_open_at: null });
    expect((await scan(token)).body.success).to.equal(true);
  });

  it('is counted by its reason, a repeated one once', async () => {
    const counted = async () => {
      const text = await gateway.parts.registry.getSingleMetricAsString('qrflow_checkins_total');
      return Number(/reason="ok"[^}]*\} (\d+)/.exec(text)?.[1] ?? 0);
    };
    const before = await counted();
    const { token } = await newTicket();
    await scan(token, { nonce: 'scan-0003' });
    await scan(token, { nonce: 'scan-0003' });
    expect(await counted()).to.equal(before + 1);
  });

  it('costs the store few round trips', async () => {
    const { token } = await newTicket();
    await scan('warm');
    let calls = 0;
    gateway.store.connection.set('debug', () => {
      calls++;
    });
    await scan(token);
    gateway.store.connection.set('debug', false);
    // The session, the compare-and-set and the trail; the event, where it has run out of its cache.
    expect(calls).to.be.within(3, 4);
  });
});

describe('a scan while the bus is down', () => {
  it('lets people in all the same, and lists are still read', async () => {
    const nats = await startPrivateNats();
    const gateway = await startTestGateway({ env: { NATS_URL: nats.url } });
    try {
      await gateway.store.events.create(event(1));
      await gateway.store.attendees.create(attendee(1));
      await nats.stop();
      const qr_token = await signTicket({ ticket: 'ticket-1', event: 1 }, gateway.signingKey);
      const { body } = await gateway.ask('staff', 'POST', '/api/checkin/scan', { qr_token });
      expect(body).to.include({ success: true, reason: 'ok' });
      expect((await gateway.ask('organizer', 'GET', '/api/events/1/payments')).status).to.equal(200);
      const changed = await gateway.ask('organizer', 'PUT', '/api/events/1', { capacity: 10 });
      expect(changed.status).to.equal(200);
      const health = await gateway.ask(null, 'GET', '/health');
      expect(health.status).to.equal(200);
      expect(health.body).to.include({ status: 'degraded', store: 'up', bus: 'down' });
    } finally {
      await gateway.stop();
    }
  });
});
