import { expect } from 'chai';
import { HOLD_REASONS, type HoldReason, RELEASABLE } from '../../../shared/outcome.ts';
import type { PaymentDoc } from '../../../shared/store/documents.ts';
import { attendee, event, facts, payId, payment, ticketMail } from '../testing/documents.ts';
import { type Answer, startTestGateway, type TestGateway } from '../testing/start.ts';

const held = (reason: HoldReason): Partial<PaymentDoc> => ({
  outcome: { kind: 'held', reason, since: new Date() },
});

const ids = ({ body }: Answer) => body.map((one: { id: string }) => one.id);

describe('payments', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
  });
  after(() => gateway.stop());
  beforeEach(async () => {
    const { payments, attendees, mails, events, activities } = gateway.store;
    for (const model of [payments, attendees, mails, events, activities])
      await (model as unknown as { deleteMany(filter: object): Promise<unknown> }).deleteMany({});
    await events.insertMany([event(1, { name: 'Freshers’ Night' }), event(2)]);
  });

  const put = (n: number, change: object, role: 'admin' | 'organizer' = 'admin') =>
    gateway.ask(role, 'PUT', `/api/payments/${payId(n)}`, change);
  const stored = async (n: number) => {
    const doc = await gateway.store.payments.findById(payId(n)).lean<PaymentDoc>();
    if (!doc) throw new Error('the payment is gone');
    return doc;
  };

  describe('of an event', () => {
    it('come with ticket and mail state, under Razorpay’s names and those of older clients', async () => {
      await gateway.store.payments.create(payment(1, { attendee_id: 1 }));
      await gateway.store.attendees.create(attendee(1));
      await gateway.store.mails.create(ticketMail(1, { state: 'owed', sent_at: null }));
      const { body } = await gateway.ask('organizer', 'GET', '/api/events/1/payments');
      expect(body).to.have.length(1);
      expect(body[0]).to.include({
        id: payId(1),
        razorpay_payment_id: payId(1),
        amount: 29_900,
        status: 'captured',
        customer_name: 'Asha Rao',
        customer_email: 'asha@example.edu',
        customer_phone: '9800000001',
        outcome: 'ticketed',
        pending: false,
      });
      expect(body[0].event).to.deep.equal({ id: 1, name: 'Freshers’ Night' });
      expect(body[0].attendee).to.include({ id: 1, roll_number: 'R1', checked_in: false });
      expect(body[0].attendee.ticket).to.include({ state: 'valid', issue: 1 });
      expect(body[0].mail).to.include({ kind: 'ticket', state: 'owed' });
      expect(body[0].details.emergency_contact_number).to.equal('9800000002');
    });

    it('show a revoked ticket with its cancellation', async () => {
      await gateway.store.payments.create(
        payment(1, { outcome: { kind: 'revoked', reason: null, since: new Date() } }),
      );
      const made = attendee(1, { live: false });
      made.ticket = { ...made.ticket, revoked_at: new Date(), revoked_reason: 'refunded' };
      await gateway.store.attendees.create(made);
      await gateway.store.mails.insertMany([
        ticketMail(1),
        ticketMail(1, { _id: '1:cancellation:1', kind: 'cancellation', state: 'owed', sent_at: null }),
      ]);
      const { body } = await gateway.ask('admin', 'GET', '/api/events/1/payments');
      expect(body[0].attendee.ticket.state).to.equal('revoked');
      expect(body[0].mail).to.include({ kind: 'cancellation', state: 'owed' });
    });

    it('are filtered by status and outcome, newest first, and only that event’s', async () => {
      await gateway.store.payments.insertMany([
        payment(1),
        payment(2, held('underpaid')),
        payment(3, {}, { status: 'refunded' }),
        payment(4, { event_id: 2 }),
      ]);
      const list = async (query: string) => ids(await gateway.ask('admin', 'GET', `/api/events/1/payments${query}`));
      expect(await list('')).to.deep.equal([3, 2, 1].map(payId));
      expect(await list('?outcome=held')).to.deep.equal([payId(2)]);
      expect(await list('?status=refunded')).to.deep.equal([payId(3)]);
      expect((await gateway.ask('admin', 'GET', '/api/events/9/payments')).status).to.equal(404);
    });

    it('are each met once on a walk through the pages, ties and unknown times included', async () => {
      const many = Array.from({ length: 23 }, (_, i) => payment(i + 1, {}, { created_at: 1_795_000_000 + (i % 4) }));
      for (const doc of many.slice(0, 3)) delete doc.payment;
      await gateway.store.payments.insertMany(many);
      const met: string[] = [];
      let path: string | undefined = '/api/events/1/payments?limit=4';
      let pages = 0;
      while (path !== undefined) {
        const answer: Answer = await gateway.ask('admin', 'GET', path);
        expect(answer.body.length).to.be.at.most(4);
        met.push(...ids(answer));
        path = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
        pages++;
      }
      expect(pages).to.equal(6);
      expect(met).to.have.length(23);
      expect(new Set(met)).to.deep.equal(new Set(many.map((doc) => doc._id)));
    });

    it('cost a handful of round trips a page, not one a row', async () => {
      await gateway.store.payments.insertMany(Array.from({ length: 30 }, (_, i) => payment(i + 1)));
      await gateway.store.attendees.insertMany(Array.from({ length: 30 }, (_, i) => attendee(i + 1)));
      await gateway.token('admin');
      let calls = 0;
      gateway.store.connection.set('debug', () => {
        calls++;
      });
      await gateway.ask('admin', 'GET', '/api/events/1/payments');
      gateway.store.connection.set('debug', false);
      // Session, event, payments, attendees, event names, mails.
      expect(calls).to.be.at.most(6);
    });
  });

  describe('one', () => {
    it('comes with its timeline, oldest first, and all its mails', async () => {
      await gateway.store.payments.create(payment(1));
      await gateway.store.attendees.create(attendee(1));
      await gateway.store.mails.create(ticketMail(1));
      await put(1, { details: { department: 'CSE' } });
      await put(1, { event_id: 2 });
      const { body } = await gateway.ask('admin', 'GET', `/api/payments/${payId(1)}`);
      expect(body.timeline.map((entry: { facts: object }) => entry.facts)).to.deep.equal([
        { fields: ['details.department'] },
        { fields: ['event_id'] },
      ]);
      expect(body.timeline[0]).to.include({ action: 'payment.changed_by_hand', actor: 'admin' });
      expect(body.mails).to.have.length(1);
    });

    it('tells what happened in one moment as one thing led to the other', async () => {
      await gateway.store.payments.create(payment(1));
      const told = ['payment.created', 'payment.settled', 'attendee.created', 'qr.generated', 'mail.sent'];
      const at = new Date();
      await gateway.store.activities.insertMany(
        told.toReversed().map((action, n) => ({
          ...{ _id: `moment-${n}`, at, action, actor: 'ticketing', subject: 'x', payment_id: payId(1) },
          ...{ event_id: 1, attendee_id: 1, correlation_id: 'c', facts: {} },
        })),
      );
      const { body } = await gateway.ask('admin', 'GET', `/api/payments/${payId(1)}`);
      expect(body.timeline.map(({ action }: { action: string }) => action)).to.deep.equal(told);
    });

    it('that is not here says how to fetch it', async () => {
      const { status, body } = await gateway.ask('admin', 'GET', '/api/payments/pay_ZZZZZZZZZZZZZZ');
      expect(status).to.equal(404);
      expect(body.detail).to.contain('/api/payments/sync');
    });

    it('without an event is for admins', async () => {
      await gateway.store.payments.create(payment(1, { ...held('unassigned_event'), event_id: null }));
      expect((await gateway.ask('admin', 'GET', `/api/payments/${payId(1)}`)).status).to.equal(200);
      expect((await gateway.ask('organizer', 'GET', `/api/payments/${payId(1)}`)).status).to.equal(404);
      expect((await put(1, { event_id: 1 }, 'organizer')).status).to.equal(404);
    });
  });

  describe('held', () => {
    it('say why and what to do, for every reason there is', async () => {
      await gateway.store.payments.insertMany(HOLD_REASONS.map((reason, i) => payment(i + 1, held(reason))));
      const { body } = await gateway.ask('admin', 'GET', '/api/payments/held');
      expect(body.map((one: { reason: string }) => one.reason)).to.deep.equal([...HOLD_REASONS]);
      for (const one of body) {
        expect(one.reason_text, one.reason).to.match(/\w\.$/);
        expect(one.action, one.reason).to.match(/\w\.$/);
        const releasable = (RELEASABLE as readonly string[]).includes(one.reason);
        expect(one.releasable, one.reason).to.equal(releasable);
        expect(/release/i.test(one.action), one.reason).to.equal(releasable);
      }
    });

    it('are filtered by reason and event; those without an event are for admins', async () => {
      await gateway.store.payments.insertMany([
        payment(1, held('underpaid')),
        payment(2, { ...held('underpaid'), event_id: 2 }),
        payment(3, { ...held('unassigned_event'), event_id: null }),
        payment(4),
      ]);
      const list = async (role: 'admin' | 'organizer', query = '') =>
        ids(await gateway.ask(role, 'GET', `/api/payments/held${query}`));
      expect(await list('admin')).to.deep.equal([1, 2, 3].map(payId));
      expect(await list('organizer')).to.deep.equal([1, 2].map(payId));
      expect(await list('organizer', '?event_id=2')).to.deep.equal([payId(2)]);
      expect(await list('admin', '?reason=unassigned_event')).to.deep.equal([payId(3)]);
    });
  });

  it('that are foreign are listed with their note keys only', async () => {
    const doc = payment(1, {
      outcome: { kind: 'foreign', reason: null, since: new Date() },
      event_id: null,
      details: null,
      payment: {
        version: '3',
        digest: 'd',
        stripped: true,
        value: facts(1, { notes: [{ key: 'cart', value: '' }], email: null, contact: null, rrn: null }),
      },
    });
    await gateway.store.payments.insertMany([doc, payment(2)]);
    const { body } = await gateway.ask('admin', 'GET', '/api/payments/foreign');
    expect(body).to.have.length(1);
    expect(body[0]).to.include({ id: payId(1), stripped: true, customer_name: null, outcome: 'foreign' });
    expect(body[0].notes).to.deep.equal({ cart: '' });
  });

  describe('changed by hand', () => {
    it('are pending at once with a new rev, and keep what was decided before', async () => {
      await gateway.store.payments.create(payment(1, { attempts: 3, next_at: new Date(Date.now() + 1e6) }));
      const one = await put(1, { details: { name: '  Asha   R. Rao ', department: 'CSE' } });
      expect(one.status).to.equal(200);
      expect(one.body.pending).to.equal(true);
      const two = await put(1, { details: { department: '', section: 'B' }, event_id: 2 });
      expect(two.body.overrides).to.deep.equal({
        event_id: 2,
        details: { name: 'Asha R. Rao', section: 'B' },
        ours: false,
        released: [],
      });
      const doc = await stored(1);
      expect(doc).to.include({ rev: 3, pending: true, attempts: 0, next_at: null });
      expect(doc.pending_since).to.be.instanceOf(Date);
      await put(1, { event_id: null, details: { name: null } });
      // What was taken back is said, so that the attendee does not keep it; the API answers what counts.
      const back = { name: '', department: '' };
      expect((await stored(1)).overrides).to.deep.equal({ details: { section: 'B', ...back } });
      expect((await gateway.ask('admin', 'GET', `/api/payments/${payId(1)}`)).body.overrides.details).to.deep.equal({
        section: 'B',
      });
    });

    it('lose nothing when two people do it at once', async () => {
      await gateway.store.payments.create(payment(1));
      const fields = ['name', 'department', 'section', 'college_name', 'roll_number', 'year_of_study'];
      await Promise.all(fields.map((field) => put(1, { details: { [field]: `my ${field}` } })));
      const doc = await stored(1);
      expect(doc.rev).to.equal(1 + fields.length);
      expect(Object.keys(doc.overrides?.details ?? {})).to.have.members(fields);
    });

    it('name an event that there is', async () => {
      await gateway.store.payments.create(payment(1));
      const answer = await put(1, { event_id: 99 });
      expect(answer.status).to.equal(422);
      expect(answer.body.errors[0].field).to.equal('event_id');
      expect((await stored(1)).rev).to.equal(1);
    });

    it('move it from the event that was named, and from none where it was brought meanwhile', async () => {
      await gateway.store.payments.create(payment(1, { ...held('unassigned_event'), event_id: null }));
      await put(1, { event_id: 2, from_event_id: null });
      const refused = await put(1, { event_id: 1, from_event_id: null });
      expect([refused.status, refused.body.detail]).to.deep.equal([
        409,
        `${payId(1)} is for another event now; look again`,
      ]);
      expect((await put(1, { event_id: 2, from_event_id: null })).status, 'it is there already').to.equal(200);
      expect((await stored(1)).overrides?.event_id).to.equal(2);
      await gateway.store.payments.updateOne({ _id: payId(1) }, { $set: { event_id: 2, pending: false } });
      expect((await put(1, { event_id: 1, from_event_id: 2 })).status).to.equal(200);
      // The event that a person named is no more: it is for none.
      await gateway.store.payments.updateOne({ _id: payId(1) }, { $set: { event_id: null, pending: false } });
      expect((await put(1, { event_id: 2, from_event_id: 1 })).body.detail).to.contain('is for no event now');
      expect((await put(1, { event_id: 2, from_event_id: null })).status).to.equal(200);
      const alone = await put(1, { details: { section: 'B' }, from_event_id: 2 });
      expect([alone.status, alone.body.errors]).to.deep.equal([
        422,
        [{ field: 'from_event_id', message: 'goes with event_id' }],
      ]);
    });

    it('are released from the hold shown, when it is about money or rules', async () => {
      for (const [i, reason] of HOLD_REASONS.entries()) {
        await gateway.store.payments.create(payment(i + 1, held(reason)));
        const answer = await put(i + 1, { release: true });
        const releasable = (RELEASABLE as readonly string[]).includes(reason);
        expect(answer.status, reason).to.equal(releasable ? 200 : 409);
        expect((await stored(i + 1)).overrides?.released ?? [], reason).to.deep.equal(releasable ? [reason] : []);
        if (!releasable) expect(answer.body.detail).to.contain(reason);
      }
    });

    it('are released from the hold that was named, and from none that took its place', async () => {
      await gateway.store.payments.create(payment(1, held('underpaid')));
      const refused = await put(1, { release: 'event_cancelled' });
      expect([refused.status, refused.body.reason]).to.deep.equal([409, 'underpaid']);
      expect(refused.body.detail).to.contain('is held for another reason now');
      expect((await stored(1)).overrides?.released ?? []).to.deep.equal([]);
      expect((await put(1, { release: 'underpaid' })).status).to.equal(200);
      expect((await stored(1)).overrides?.released).to.deep.equal(['underpaid']);
      expect((await put(1, { release: 'whatever' })).body.errors[0]).to.deep.equal({
        field: 'release',
        message: 'must be true, or the reason of a hold',
      });
    });

    it('are released at the event that they are for then, and at no other', async () => {
      await gateway.store.payments.create(
        payment(1, { ...held('underpaid'), overrides: { released: ['event_full'] } }),
      );
      const released = async () => (await stored(1)).overrides?.released ?? [];
      await put(1, { event_id: 1, details: { section: 'B' } });
      expect(await released(), 'the same event').to.deep.equal(['event_full']);
      await put(1, { event_id: 2, release: true });
      expect(await released(), 'let go with the move').to.deep.equal(['underpaid']);
      const answer = await put(1, { release: true });
      expect([answer.status, answer.body.pending], 'what is shown is of the event before').to.deep.equal([409, true]);
      await gateway.store.payments.updateOne({ _id: payId(1) }, { $set: { event_id: 2, pending: false } });
      await put(1, { release: true });
      await put(1, { event_id: null });
      expect(await released(), 'as the notes say').to.deep.equal([]);
      const { body } = await gateway.ask('admin', 'GET', `/api/admin/logs?payment_id=${payId(1)}`);
      expect(body[0].facts).to.deep.equal({ fields: ['event_id', 'released'] });
    });

    it('and taken by hand keep their money while there is a good ticket', async () => {
      const manual = { manual: { by: 'meera', reference: null } };
      await gateway.store.payments.create(payment(1, manual));
      await gateway.store.attendees.create(attendee(1));
      for (const status of ['failed', 'created']) {
        const answer = await put(1, { status });
        expect(answer.status, status).to.equal(409);
        expect(answer.body.detail).to.contain('set it to refunded, or take the ticket away');
      }
      expect((await stored(1)).rev).to.equal(1);
      await gateway.store.attendees.updateOne({ _id: 1 }, { $set: { live: false } });
      await gateway.store.payments.updateOne({ _id: payId(1) }, { $set: { pending: true } });
      expect((await put(1, { status: 'failed' })).body.detail, 'a ticket may come').to.contain('is being decided');
      await gateway.store.payments.updateOne({ _id: payId(1) }, { $set: { pending: false } });
      expect((await put(1, { status: 'failed' })).body).to.include({ status: 'failed', pending: true });
      expect((await put(1, { status: 'refunded' })).status, 'what takes it away is always to be had').to.equal(200);
    });

    it('are not released when they are not held', async () => {
      await gateway.store.payments.create(payment(1));
      const answer = await put(1, { release: true });
      expect(answer.status).to.equal(409);
      expect(answer.body.detail).to.contain('not held');
    });

    it('are ours on an admin’s word only', async () => {
      await gateway.store.payments.create(payment(1));
      expect((await put(1, { ours: true }, 'organizer')).status).to.equal(403);
      expect((await put(1, { ours: true })).status).to.equal(200);
      expect((await stored(1)).overrides).to.deep.equal({ ours: true });
    });

    it('get no personal data back once it was erased', async () => {
      await gateway.store.payments.create(payment(1, { redacted_at: new Date() }));
      expect((await put(1, { details: { name: 'Asha' } })).status).to.equal(409);
    });

    it('leave field names in the trail, never values', async () => {
      await gateway.store.payments.create(payment(1, held('underpaid')));
      await put(1, { details: { name: 'Very Private' }, release: true });
      const { body } = await gateway.ask('admin', 'GET', `/api/admin/logs?payment_id=${payId(1)}`);
      expect(body[0].facts).to.deep.equal({ fields: ['details.name', 'released'], released: 'underpaid' });
      expect(JSON.stringify(body)).not.to.contain('Very Private');
    });

    it('are told nothing about fields that there are not', async () => {
      await gateway.store.payments.create(payment(1));
      for (const change of [{}, { amount: 1 }, { details: { amount: '1' } }, { release: false }, { event_id: '1' }])
        expect((await put(1, change)).status, JSON.stringify(change)).to.equal(400);
    });
  });
});
