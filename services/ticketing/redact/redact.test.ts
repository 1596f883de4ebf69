/** Erasing, step by step on a real store: what goes, what stays, and that a death between any two writes mends itself. */
import { expect } from 'chai';
import type { Message } from '../../../shared/bus/index.ts';
import type { AttendeeDoc, MailDoc, PaymentDoc, RedactedBy } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { attendeeDoc, eventDoc, NOW, PAID_AT, paymentDoc, STUDENT } from '../../../test/documents.ts';
import { joinable, lettersFor, PERSON, personIn } from '../../../test/person.ts';
import { scaled } from '../../../test/profile.ts';
import { generator, testSeed } from '../../../test/run/random.ts';
import { finishPending } from '../by-hand/finish.ts';
import { recordFailure } from '../consume/dead-letters.ts';
import { decide } from '../decide/decide.ts';
import { joinObservation } from '../join/store.ts';
import { mailKey } from '../mail/owe.ts';
import { resendMails } from '../mail/resend.ts';
import { driftOf } from '../recovery/drift.ts';
import { settlePending } from '../recovery/pending.ts';
import { claimPayment, newClaim } from '../settle/claim.ts';
import { settle } from '../settle/settle.ts';
import { issueTicket } from '../settle/ticketed.ts';
import { type Desk, openDesk } from '../test/desk.ts';
import { redactOnRequest } from './on-request.ts';
import { redactPayment } from './redact.ts';
import { countDue, dueFilters, retain } from './retention.ts';

const ID = 'pay_AAAAAAAAAAAAAA';
const DAY_MS = 86_400_000;
const LATER = new Date(NOW * 1_000 + 300 * DAY_MS);
const BY: RedactedBy = { by: 'asha.admin', reason: 'asked', correlation_id: 'c' };
const never = () => false;
/** Of the writes that somebody dies behind, `make test` takes every so manieth, others from run to run. */
const STEP = scaled({ quick: 3, long: 1 });

const WRITING = ['insertOne', 'insertMany', 'updateOne', 'updateMany', 'deleteOne', 'deleteMany', 'findOneAndUpdate'];
class Died extends Error {}

/** Counts writes; the `at`-th is the last one that happens, and whoever made it dies. */
function mortal(store: Store, at: number) {
  let writes = 0;
  const undo: (() => void)[] = [];
  for (const { collection } of Object.values(store.connection.models) as { collection: object }[]) {
    const native = collection as Record<string, (...args: unknown[]) => Promise<unknown>>;
    for (const method of WRITING) {
      const real = native[method] as (...args: unknown[]) => Promise<unknown>;
      native[method] = async (...args) => {
        if (writes >= at) throw new Died('died before');
        const done = await real.apply(collection, args);
        writes++;
        if (writes === at) throw new Died('died after');
        return done;
      };
      undo.push(() => {
        native[method] = real;
      });
    }
  }
  return { writes: () => writes, revive: () => undo.map((one) => one()) };
}

describe('erasing personal data', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk();
  });
  after(() => desk?.close());

  const mail = (change: Partial<MailDoc> = {}): MailDoc => ({
    _id: mailKey(7, 'ticket', 1),
    attendee_id: 7,
    event_id: 1,
    payment_id: ID,
    kind: 'ticket',
    issue: 1,
    ticket_id: 'ticket',
    state: 'sent',
    priority: 0,
    to: STUDENT.email,
    message_id: '<m>',
    due_at: new Date(),
    attempts: 1,
    lease: null,
    unconfirmed: 0,
    error: { kind: 'temporary', text: `mailbox of ${STUDENT.name} is full`, at: new Date(), times: 1 },
    correlation_id: 'c',
    paid_at: null,
    created_at: new Date(),
    sent_at: new Date(),
    ...change,
  });
  const past = {
    at: new Date(),
    by: 'gate',
    gate: null,
    nonce: null,
    undone_at: new Date(),
    undone_by: 'gate',
    reason: 'other' as const,
    note: `this was ${STUDENT.name}`,
  };

  const ticketed = (change: Partial<PaymentDoc> = {}) =>
    paymentDoc(
      { rrn: PERSON.utr, acquirer_data: { rrn: PERSON.utr } },
      {
        pending: false,
        event_id: 1,
        attendee_id: 7,
        details: STUDENT,
        overrides: { details: { name: STUDENT.name }, event_id: 1 },
        outcome: { kind: 'ticketed', reason: null, since: new Date(0) },
        ...change,
      },
    );

  async function lay(parts: {
    payment?: PaymentDoc | null;
    attendee?: AttendeeDoc;
    mails?: MailDoc[];
    event?: object;
  }) {
    const { payment = ticketed(), attendee = attendeeDoc({ past_checkins: [past] }), mails = [mail()] } = parts;
    await desk.lay({
      payments: payment ? [payment] : [],
      attendees: [attendee],
      events: [eventDoc({ date: new Date(Date.now() - DAY_MS), ...parts.event })],
    });
    const { mails: box, deadLetters, bindings } = desk.store;
    await Promise.all([deadLetters.deleteMany({}), bindings.deleteMany({})]);
    await box.collection.insertMany(mails as never[]);
    await deadLetters.collection.insertMany(lettersFor(ID) as never[]);
  }
  const request = (change: object = {}) =>
    redactOnRequest(
      desk.tools(),
      { attendee_id: 7, give_up_ticket: false, reason: 'asked', requested_by: 'asha.admin', ...change },
      'c',
    );
  const recover = async () => {
    await desk.store.payments.updateMany({}, { $set: { settling: null } });
    await desk.store.attendees.updateMany({ 'pending.at': { $exists: true } }, { $set: { 'pending.at': new Date(0) } });
    await settlePending(desk.tools(), -1_000, 1, never);
    await finishPending(desk.tools(), never);
  };
  const attendee = async () => (await desk.store.attendees.findById(7).lean<AttendeeDoc>()) as AttendeeDoc;
  const trail = () =>
    desk.store.activities
      .find({ action: { $in: ['payment.redacted', 'attendee.redacted'] } }, { at: 0 })
      .sort({ _id: 1 })
      .lean();

  it('leaves ids, money, times and versions, and nobody’s data in any collection', async () => {
    await lay({});
    const [payment, before] = [await desk.payment(), await attendee()];
    expect(await request()).to.deep.equal({ redacted: true });
    expect(await personIn(desk.store)).to.deep.equal([]);
    const after = await desk.payment();
    expect(after).to.deep.include({ pending: false, event_id: 1, attendee_id: 7, details: null });
    expect(after.outcome).to.deep.equal(payment.outcome);
    expect(after.overrides).to.deep.equal({ event_id: 1 });
    for (const kept of ['version', 'digest'] as const)
      expect(after.payment?.[kept]).to.equal(payment.payment?.[kept], kept);
    const { amount, status, created_at, notes } = after.payment?.value ?? {};
    expect({ amount, status, created_at }).to.deep.equal({ amount: 29_900, status: 'captured', created_at: PAID_AT });
    expect(notes?.map(({ key }) => key)).to.deep.equal(Object.keys(STUDENT).sort());
    const left = await attendee();
    expect(left).to.deep.include({ live: true, seat: 1, ticket: before.ticket, details: {}, email: null });
    expect(left.past_checkins?.[0]).to.deep.equal({ ...past, note: null });
    expect(await desk.store.mails.findById(mailKey(7, 'ticket', 1)).lean()).to.include({ state: 'sent', to: null });
    expect(await desk.store.deadLetters.countDocuments()).to.equal(1, 'another’s letter stays');
    expect((await trail()).map(({ _id, actor, facts }) => [_id, actor, facts])).to.deep.equal([
      ['attendee:7:redacted', 'asha.admin', { reason: 'asked' }],
      [`payment:${ID}:redacted`, 'asha.admin', { reason: 'asked' }],
    ]);
  });

  it('is done once, however often it is asked for', async () => {
    await lay({});
    await request();
    const first = [await desk.payment(), await attendee(), await trail()];
    expect(await request({ reason: 'mistake', requested_by: 'another' })).to.deep.equal({ redacted: false });
    expect(await request({ attendee_id: undefined, payment_id: ID })).to.deep.equal({ redacted: false });
    expect((await desk.payment()).redacted_at).to.deep.equal((first[0] as PaymentDoc).redacted_at);
    expect([await attendee(), await trail()]).to.deep.equal(first.slice(1));
  });

  /** `letters`: those that go with it. By schedule nobody looks into what nobody could read: it lives 30 days. */
  type Letters = 'all' | 'by id' | 'none';
  const cases: Record<string, { letters: Letters; lay(): Promise<void>; run(): Promise<unknown> }> = {
    'on request': { letters: 'all', lay: () => lay({}), run: () => request() },
    'on request, with a mail on its way': {
      letters: 'all',
      lay: () => lay({ mails: [mail({ state: 'sending', lease: { token: 't', until: LATER }, to: null })] }),
      run: () => request(),
    },
    'by schedule': { letters: 'by id', lay: () => lay({}), run: () => retain(desk.tools(), 30, never, LATER) },
    'of an attendee made by hand': {
      letters: 'none',
      lay: () =>
        lay({
          payment: null,
          attendee: attendeeDoc({ payment_id: null, past_checkins: [past] }),
          mails: [mail({ payment_id: null })],
        }),
      run: () => request(),
    },
    'by schedule, of an attendee made by hand': {
      letters: 'none',
      lay: () =>
        lay({
          payment: null,
          attendee: attendeeDoc({ payment_id: null, past_checkins: [past] }),
          mails: [mail({ payment_id: null })],
        }),
      run: () => retain(desk.tools(), 30, never, LATER),
    },
  };
  for (const [title, { letters, lay: prepare, run }] of Object.entries(cases))
    it(`${title}, mends itself after a death behind any of its writes`, async () => {
      await prepare();
      const counting = mortal(desk.store, Number.POSITIVE_INFINITY);
      await run().finally(counting.revive);
      const all = counting.writes();
      expect(all, 'writes').to.be.greaterThan(5);
      const first = 1 + Math.floor(generator(`${testSeed()}:${title}`)() * STEP);
      for (let at = first; at <= all; at += STEP) {
        await prepare();
        const dying = mortal(desk.store, at);
        await run().catch(() => undefined);
        dying.revive();
        const marked =
          ((await desk.store.payments.findById(ID).lean()) ?? (await attendee())).redacted_at !== undefined;
        if (marked) await recover();
        // Before the mark nothing was begun: whoever asked saw it fail, and the schedule comes again.
        else await desk.store.bindings.deleteMany({}).then(run);
        expect(await personIn(desk.store, letters), `after write ${at} of ${all}`).to.deep.equal([]);
        expect(await desk.store.payments.countDocuments({ pending: true }), `write ${at}`).to.equal(0);
        expect((await attendee()).pending, `write ${at}`).to.equal(undefined);
        expect(
          (await trail()).map(({ _id }) => _id),
          `write ${at}`,
        ).to.include('attendee:7:redacted');
      }
    }).timeout(60_000);

  it('takes the lease of a mail that is on its way, so that its sender writes no address back', async () => {
    await lay({ mails: [mail({ state: 'sending', lease: { token: 't', until: LATER }, to: null })] });
    await request();
    expect(await desk.store.mails.findById(mailKey(7, 'ticket', 1)).lean()).to.deep.include({
      ...{ state: 'cancelled', lease: null, unconfirmed: 1, to: null },
    });
  });

  it('is not undone by whoever settles it from what was there before', async () => {
    for (const kind of ['ticketed', 'held'] as const) {
      const claim = newClaim();
      const outcome = { kind, reason: kind === 'held' ? ('event_full' as const) : null, since: new Date(0) };
      const stale = ticketed({ pending: true, settling: claim, outcome });
      await lay({ payment: stale, attendee: attendeeDoc({ details: { ...STUDENT, section: 'old' } }) });
      if (kind === 'held') await Promise.all([desk.store.attendees.deleteMany({}), desk.store.mails.deleteMany({})]);
      const before = await desk.payment();
      await request(kind === 'held' ? { attendee_id: undefined, payment_id: ID, give_up_ticket: true } : {});
      await settle(desk.tools(), before, claim);
      await recover();
      expect(await personIn(desk.store), kind).to.deep.equal([]);
      // A ticket that was being given in that moment stays, and is nobody's.
      expect(await desk.store.attendees.countDocuments({ redacted_at: null }), kind).to.equal(0);
    }
  });

  it('that gives the ticket up ends also the one that is being made in that moment, and one that was left by then', async () => {
    const claim = newClaim();
    const ahead = { date: new Date(Date.now() + DAY_MS) };
    const stale = ticketed({ pending: true, settling: claim, attendee_id: null, event_id: null });
    const { outcome: _outcome, overrides: _overrides, ...undecided } = stale;
    await lay({ payment: undecided, event: ahead });
    await Promise.all([desk.store.attendees.deleteMany({}), desk.store.mails.deleteMany({})]);
    const asked = () => request({ attendee_id: undefined, payment_id: ID, give_up_ticket: true });
    let ids = 0;
    const nextAttendeeId = async () => {
      if (ids++ === 0) await asked();
      return 7;
    };
    await settle(desk.tools({ nextAttendeeId }), await desk.payment(), claim);
    await recover();
    expect((await attendee()).live).to.equal(false);
    expect((await attendee()).ticket.revoked_reason).to.equal('by_hand');
    expect((await desk.payment()).outcome?.kind).to.equal('revoked');
    expect(await personIn(desk.store)).to.deep.equal([]);

    await lay({});
    await request();
    await desk.store.events.updateOne({}, { $set: ahead });
    await asked();
    expect((await attendee()).ticket.revoked_reason).to.equal('by_hand');
    expect((await desk.payment()).outcome?.kind).to.equal('revoked');
  });

  it('is not undone by whoever gives the ticket from what was there before, and dies of it', async () => {
    for (const event of [eventDoc(), eventDoc({ _id: 2 })]) {
      await lay({});
      const [payment, current] = [await desk.payment(), await attendee()];
      await request();
      const tools = desk.tools();
      const around = { events: [event], attendee: current, twins: [], seats: true, now: NOW };
      const decision = decide(payment, around, tools.rules);
      const outcome = { kind: 'ticketed' as const, event, key: 'ANOTHER|KEY', adopt: null };
      const { kind } = await issueTicket(tools, payment, decision, outcome, current, new Date());
      expect(kind).to.equal('again');
      expect(await attendee()).to.deep.include({ details: {}, email: null, student_key: null, event_id: 1 });
    }
  });

  it('keeps what was held with its reason, and makes no ticket of it', async () => {
    const outcome = { kind: 'held' as const, reason: 'underpaid' as const, since: new Date(0), about: {} };
    await lay({ payment: ticketed({ outcome, attendee_id: null }) });
    await desk.store.attendees.deleteMany({});
    await request({ attendee_id: undefined, payment_id: ID, give_up_ticket: true });
    expect((await desk.payment()).outcome).to.deep.equal(outcome);
    expect(await desk.store.attendees.countDocuments()).to.equal(0);
  });

  it('leaves what was mailed as it was: it is not sent again, and says why', async () => {
    await lay({});
    await request();
    const id = mailKey(7, 'ticket', 1);
    const before = await desk.store.mails.findById(id).lean();
    const { owed, refused } = await resendMails(desk.store, [id], { by: 'asha.admin', correlationId: 'c' });
    expect([owed, refused]).to.deep.equal([[], [{ id, reason: 'whose it is was erased' }]]);
    expect(await desk.store.mails.findById(id).lean()).to.deep.equal(before);
  });

  it('takes along what is held as its duplicate, which would get the ticket once nobody has the name', async () => {
    const twin = 'pay_DDDDDDDDDDDDDD';
    const duplicate = (created_at: number) =>
      paymentDoc(
        { id: twin, created_at },
        {
          ...{ pending: false, event_id: 1, details: STUDENT },
          outcome: {
            kind: 'held',
            reason: 'duplicate_payment',
            since: new Date(0),
            about: { other_payment_id: ID },
          },
        },
      );
    const ways: [string, number, () => Promise<unknown>][] = [
      ['on request', PAID_AT, () => request()],
      // Paid so late that its own days are not over.
      ['by schedule', LATER.getTime() / 1_000 - 60, () => retain(desk.tools(), 30, never, LATER)],
    ];
    for (const [way, paidAt, erase] of ways) {
      await lay({ mails: [mail({ error: null })] });
      await desk.store.payments.collection.insertOne(duplicate(paidAt) as never);
      await erase();
      const claimed = await claimPayment(desk.store, twin);
      if (!claimed) throw new Error('it cannot be settled');
      await settle(desk.tools(), claimed.payment, claimed.claim);
      expect((await desk.payment(twin)).outcome, way).to.include({ kind: 'held', reason: 'duplicate_payment' });
      expect(await desk.store.attendees.countDocuments(), way).to.equal(1);
      expect(await personIn(desk.store, 'by id'), way).to.deep.equal([]);
    }
  });

  it('takes along what else the same student paid or tried to pay, but for a good ticket', async () => {
    const order_id = 'order_AAAAAAAAAAAAAA';
    const held = { kind: 'held' as const, reason: 'underpaid' as const, since: new Date(0), about: {} };
    const awaiting = { kind: 'awaiting' as const, reason: null, since: new Date(0) };
    const other = (letter: string, entity: object, change: Partial<PaymentDoc>) =>
      paymentDoc(
        { id: `pay_${letter.repeat(14)}`, ...entity },
        { pending: false, event_id: 1, details: STUDENT, outcome: awaiting, ...change },
      );
    const tries = [
      other('B', { status: 'failed' }, {}),
      other('C', { status: 'failed', order_id }, { details: null, event_id: 2 }),
      other('D', { amount: 5 }, { outcome: held }),
      other('E', { status: 'refunded' }, { outcome: { ...awaiting, kind: 'revoked' }, attendee_id: 8 }),
    ];
    const left = [
      other('F', {}, { outcome: { ...awaiting, kind: 'ticketed' }, attendee_id: 9 }),
      other('G', { status: 'failed', notes: {} }, { details: { ...STUDENT, roll_number: '21CS043' } }),
      other('H', { status: 'failed' }, { event_id: 2 }),
    ];
    const layAll = async (parts: Parameters<typeof lay>[0] = {}) => {
      await lay({ payment: ticketed({ payment: paymentDoc({ order_id }).payment as never }), ...parts });
      await desk.store.payments.collection.insertMany([...tries, ...left] as never[]);
      const { ticket } = attendeeDoc();
      await desk.store.attendees.collection.insertMany([
        attendeeDoc({ _id: 8, payment_id: 'pay_EEEEEEEEEEEEEE', live: false, ticket: { ...ticket, id: 'over' } }),
        attendeeDoc({
          _id: 9,
          payment_id: 'pay_FFFFFFFFFFFFFF',
          seat: 2,
          student_key: 'X|',
          ticket: { ...ticket, id: 'good' },
        }),
      ] as never[]);
    };
    const ids = (payments: PaymentDoc[]) => payments.map(({ _id }) => _id);
    const erased = async () =>
      ids(
        await desk.store.payments
          .find({ redacted_at: { $ne: null }, pending: false })
          .sort({ _id: 1 })
          .lean(),
      );
    await layAll();
    await request();
    expect(await erased()).to.deep.equal([ID, ...ids(tries)]);
    expect(await desk.store.attendees.findById(8).lean()).to.deep.include({ details: {}, email: null });
    expect(await desk.store.attendees.findById(9).lean()).to.deep.include({ details: STUDENT });
    expect((await desk.payment('pay_DDDDDDDDDDDDDD')).outcome, 'its money still waits').to.deep.equal(held);

    const without = attendeeDoc({ live: false });
    const ahead = { date: new Date(Date.now() + DAY_MS) };
    await layAll({ attendee: without, event: ahead });
    const refused = await request().catch((error) => error);
    expect(refused).to.include({ code: 409 });
    expect(refused.message).to.contain('another payment of this student');
    expect(await erased()).to.deep.equal([]);
    await request({ give_up_ticket: true });
    expect(await erased()).to.deep.equal([ID, ...ids(tries)]);

    const captured = paymentDoc().payment as never;
    for (const [may, change] of [
      [true, { payment: paymentDoc({ status: 'authorized' }).payment, outcome: awaiting }],
      [true, { payment: captured, outcome: awaiting, pending: true }],
      [true, { payment: paymentDoc({ order_id }).payment, outcome: null, pending: true }],
      [false, { payment: paymentDoc({ status: 'created' }).payment, outcome: awaiting }],
    ] as const) {
      await layAll({ attendee: without, event: ahead });
      await desk.store.payments.collection.updateOne({ _id: 'pay_DDDDDDDDDDDDDD' as never }, { $set: change });
      const answer = await request().catch(({ code }) => code);
      expect(answer, JSON.stringify(change)).to.deep.equal(may ? 409 : { redacted: true });
    }

    await layAll({ payment: null, attendee: attendeeDoc({ payment_id: null, student_key: '21CS042|' }) });
    await request();
    expect(await erased(), 'of somebody whom the desk added').to.deep.equal(
      ids(tries).filter((id) => id !== 'pay_CCCCCCCCCCCCCC'),
    );
  });

  it('outlasts news: a refund revokes the ticket, the same facts and newer ones bring nothing back', async () => {
    await lay({});
    await request();
    const before = await desk.payment();
    const { observed, refunded } = joinable(ID);
    const same = await joinObservation(desk.store, observed, newClaim());
    expect(same).to.deep.equal(before, 'the same facts change nothing');
    const claim = newClaim();
    await settle(desk.tools(), await joinObservation(desk.store, refunded, claim), claim);
    expect((await desk.payment()).outcome?.kind).to.equal('revoked');
    expect((await attendee()).live).to.equal(false);
    expect(await personIn(desk.store)).to.deep.equal([]);
    expect((await desk.store.mails.find({ kind: 'cancellation' }).lean()).map(({ state }) => state)).to.deep.equal([
      'cancelled',
    ]);
  });

  it('keeps nothing of a message about it that fails afterwards, nor of one that fails at that very moment', async () => {
    const { observed } = joinable(ID);
    const bytes = Buffer.from(JSON.stringify(observed));
    const message = { subject: 'payments.observed', bytes, deliveries: 1, correlationId: 'c' } as unknown as Message;
    const fail = () => recordFailure(desk.store, message, observed, { reason: 'failed', permanent: false });
    await lay({});
    await request();
    await fail();
    expect(await personIn(desk.store), 'afterwards').to.deep.equal([]);
    await lay({});
    const letters = desk.store.deadLetters.collection as unknown as Record<string, (...args: unknown[]) => unknown>;
    const write = letters.findOneAndUpdate as (...args: unknown[]) => unknown;
    letters.findOneAndUpdate = async (...args) => {
      await request();
      return write.apply(letters, args);
    };
    await fail().finally(() => {
      letters.findOneAndUpdate = write;
    });
    expect(await personIn(desk.store), 'at that moment').to.deep.equal([]);
    expect(await desk.store.deadLetters.findOne({ payment_id: ID }).lean()).to.include({ attempts: 1 });
  });

  it('is carried over where a backup knows it of attendee or payment alone', async () => {
    const bare = { redacted_at: new Date(), redacted_by: BY };
    expect(driftOf(ticketed(), { ...attendeeDoc(), ...bare }, [])).to.equal('half_redacted');
    expect(driftOf({ ...ticketed(), ...bare }, attendeeDoc(), [])).to.equal('half_redacted');
    expect(driftOf({ ...ticketed(), ...bare }, { ...attendeeDoc(), ...bare }, [])).to.equal(null, 'nobody is mailed');
    await lay({
      payment: ticketed({ pending: true, pending_since: new Date(0) }),
      attendee: attendeeDoc({ ...bare, details: {}, email: null }),
    });
    await recover();
    expect((await desk.payment()).redacted_by).to.deep.equal(BY);
    expect(await personIn(desk.store, 'none')).to.deep.equal([]);
  });

  it('is refused while the event is to come, unless the ticket is given up', async () => {
    const ahead = { event: { date: new Date(Date.now() + DAY_MS) } };
    const refused = async (change: object) =>
      request(change).then(
        () => null,
        (error) => error.code,
      );
    await lay(ahead);
    expect(await refused({})).to.equal(409);
    expect((await attendee()).details).to.deep.equal(STUDENT);
    await request({ give_up_ticket: true });
    expect((await attendee()).ticket.revoked_reason).to.equal('by_hand');
    expect((await desk.payment()).outcome?.kind).to.equal('revoked');
    expect(await personIn(desk.store)).to.deep.equal([]);
    const running = { event: { date: new Date(Date.now() - DAY_MS), ends_at: new Date(Date.now() + DAY_MS) } };
    await lay(running);
    expect(await refused({}), 'still going on').to.equal(409);
    await lay({ event: { ...ahead.event, status: 'cancelled' } });
    expect(await refused({}), 'cancelled').to.equal(null);
    await lay({ ...ahead, attendee: attendeeDoc({ live: false }) });
    expect(await refused({}), 'without a ticket').to.equal(null);
    expect(await refused({ attendee_id: 99 })).to.equal(404);
    expect(await refused({ attendee_id: undefined, payment_id: 'pay_Unknown0000000' })).to.equal(404);
  });

  describe('by schedule', () => {
    const redactedAfter = async (days: number | null, now: Date) => {
      await retain(desk.tools(), days, never, now);
      return (await desk.payment()).redacted_at !== undefined;
    };
    const start = new Date(PAID_AT * 1_000 + 40 * DAY_MS);
    const daysFrom = (from: Date, days: number) => new Date(from.getTime() + days * DAY_MS);

    it('waits for its days after the event’s end, its beginning where it has none', async () => {
      const ends_at = daysFrom(start, 2);
      await lay({ event: { date: start, ends_at } });
      expect(await redactedAfter(30, daysFrom(start, 31))).to.equal(false);
      await lay({ event: { date: start, ends_at } });
      expect(await redactedAfter(30, daysFrom(ends_at, 30.01))).to.equal(true);
      await lay({ event: { date: start, ends_at: null, status: 'cancelled' } });
      expect(await redactedAfter(30, daysFrom(start, 30.01))).to.equal(true);
    });

    it('never comes sooner than its days after the payment, and without an event just then', async () => {
      const paid = new Date(PAID_AT * 1_000);
      for (const event_id of [1, 99, null]) {
        await lay({
          payment: ticketed({ event_id, attendee_id: null, outcome: { kind: 'awaiting', reason: null, since: paid } }),
          event: { date: daysFrom(paid, -300) },
        });
        await desk.store.attendees.deleteMany({});
        expect(await redactedAfter(30, daysFrom(paid, 29.9)), `event ${event_id}`).to.equal(false);
        await desk.store.bindings.deleteMany({});
        expect(await redactedAfter(30, daysFrom(paid, 30.1)), `event ${event_id}`).to.equal(true);
      }
    });

    it('waits for the doors where they close after the end, as does erasing on request', async () => {
      const doors_close_at = daysFrom(start, 3);
      await lay({ event: { date: start, doors_close_at } });
      expect(await redactedAfter(30, daysFrom(start, 31))).to.equal(false);
      await desk.store.bindings.deleteMany({});
      expect(await redactedAfter(30, daysFrom(doors_close_at, 30.01))).to.equal(true);
      await lay({ event: { ends_at: null, doors_close_at: new Date(Date.now() + 3_600_000) } });
      expect(await request().catch(({ code }) => code)).to.equal(409);
    });

    it('leaves time to put right a date that was just mistyped, and a payment just moved to an event that is over', async () => {
      const wrong = { date: daysFrom(start, -300), updated_at: daysFrom(start, 39.5) };
      await lay({ event: wrong });
      expect(await redactedAfter(30, daysFrom(start, 40)), 'the event').to.equal(false);
      await desk.store.bindings.deleteMany({});
      expect(await redactedAfter(30, daysFrom(start, 41)), 'a day later').to.equal(true);
      const { ticket } = attendeeDoc();
      await lay({
        event: { date: start },
        attendee: attendeeDoc({ ticket: { ...ticket, issue: 2, issued_at: daysFrom(start, 39.5) } }),
      });
      expect(await redactedAfter(30, daysFrom(start, 40)), 'the ticket').to.equal(false);
      await desk.store.bindings.deleteMany({});
      expect(await redactedAfter(30, daysFrom(start, 41)), 'a day later').to.equal(true);
    });

    it('leaves who has a good ticket for an event to come, though the payment is held at one that is over', async () => {
      const coming = eventDoc({ _id: 2, date: daysFrom(start, 400) });
      const { ticket } = attendeeDoc();
      const moved = () => attendeeDoc({ event_id: 2, ticket: { ...ticket, event_id: 2 } });
      const payment = ticketed({
        outcome: { kind: 'held', reason: 'event_full', since: new Date(0), about: {} },
      });
      await lay({ payment, attendee: moved(), event: { date: start } });
      await desk.store.events.collection.insertOne(coming as never);
      expect(await redactedAfter(30, daysFrom(start, 100))).to.equal(false);
      await Promise.all([
        desk.store.bindings.deleteMany({}),
        desk.store.attendees.updateOne({ _id: 7 }, { $set: { live: false } }),
      ]);
      expect(await redactedAfter(30, daysFrom(start, 100)), 'without a ticket').to.equal(true);
    });

    it('never comes where nobody is to be forgotten, and leaves what is not ours', async () => {
      await lay({});
      expect(await redactedAfter(null, LATER)).to.equal(false);
      expect(await desk.store.bindings.findById('retention').lean()).to.include({ days: null });
      await lay({
        payment: ticketed({ outcome: { kind: 'foreign', reason: null, since: new Date(0) }, event_id: null }),
      });
      expect(await redactedAfter(30, LATER)).to.equal(false);
    });

    it('is done by one replica at a time', async () => {
      await lay({});
      const rounds = await Promise.all([1, 2, 3].map(() => retain(desk.tools(), 30, never, LATER)));
      expect(rounds.filter((one) => one !== null)).to.deep.equal([1]);
    });

    it('asks the store one thing while it is not time', async () => {
      await lay({});
      await retain(desk.tools(), 30, never, LATER);
      expect(await desk.asked(() => retain(desk.tools(), 30, never, LATER))).to.deep.equal(['bindings.findOne']);
    });

    it('goes on where a clock was ahead', async () => {
      await lay({});
      expect(await retain(desk.tools(), 30, never, daysFrom(LATER, 300))).to.equal(1);
      expect(await retain(desk.tools(), 30, never, daysFrom(LATER, 300))).to.equal(null);
      expect(await retain(desk.tools(), 30, never, LATER), 'not in 300 days').to.equal(0);
    });

    it('counts what is due, and works it off in batches, what is held first', async () => {
      await lay({});
      const many = Array.from({ length: 130 }, (_, index) =>
        ticketed({
          _id: `pay_${String(index).padStart(14, 'B')}`,
          attendee_id: null,
          outcome: { kind: 'held', reason: 'duplicate_payment', since: new Date(0) },
        }),
      );
      await desk.store.payments.collection.insertMany(many as never[]);
      const tools = desk.tools();
      const due = async () => {
        await countDue(tools, 30, LATER);
        return (await tools.metrics.redactionsDue.get()).values[0]?.value;
      };
      expect(await due()).to.equal(131);
      expect(await retain(tools, 30, never, LATER)).to.equal(100);
      expect(await due()).to.equal(31);
      expect((await desk.payment()).redacted_at, 'the ticket’s name goes last').to.equal(undefined);
      expect(await retain(tools, 30, never, LATER)).to.equal(31);
      expect(await due()).to.equal(0);
      expect(await desk.store.attendees.countDocuments(), 'nobody got a ticket by it').to.equal(1);
    });

    it('looks for it in short ranges of an index', async () => {
      const { payments, attendees } = dueFilters([1, 2], LATER);
      // Which events go on, and the rare payment without facts, is looked at beyond the index: of what is old and has data.
      const ranged = (filter: object) =>
        Object.fromEntries(Object.entries(filter).filter(([name]) => name !== 'event_id' && name !== 'first_seen_at'));
      const plans = await Promise.all([
        ...payments.map((filter) => desk.store.payments.find(ranged(filter)).explain('queryPlanner')),
        desk.store.attendees.find(ranged(attendees)).explain('queryPlanner'),
      ]);
      for (const plan of plans.map((one) => JSON.stringify(one)))
        expect(plan, plan).to.include('redacted_at_1_').and.not.include('COLLSCAN');
    });
  });

  it('empties a payment once, and never one that is unknown', async () => {
    await lay({});
    expect(await Promise.all([1, 2, 3].map(() => redactPayment(desk.store, ID, BY)))).to.have.members([
      true,
      false,
      false,
    ]);
    expect(await redactPayment(desk.store, 'pay_Unknown0000000', BY)).to.equal(false);
  });
});
