/** Tickets by hand: nobody twice, nobody beyond the seats, and no crash that loses what follows. */
import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import type { AttendeeDoc, MailDoc } from '../../../shared/store/documents.ts';
import { ticketVerifier } from '../../../shared/ticket/token.ts';
import { attendeeDoc, eventDoc, paymentDoc, STUDENT } from '../../../test/documents.ts';
import { claimPayment } from '../settle/claim.ts';
import { settle } from '../settle/settle.ts';
import { type Desk, openDesk } from '../test/desk.ts';
import { admit } from './admit.ts';
import { correct } from './correct.ts';
import { finishPending } from './finish.ts';
import { revokeByHand } from './revoke.ts';
import { showTicket } from './show.ts';

const BY = { by: 'asha', correlationId: 'c-1' };
const person = (roll_number?: string, email: string | null = 'a@example.edu') => ({
  details: { name: 'Asha Rao', ...(roll_number !== undefined && { roll_number }) },
  email,
});
const running = () => false;

describe('a ticket by hand', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk();
  });
  after(() => desk?.close());

  const attendee = async (id: number) => (await desk.store.attendees.findById(id).lean<AttendeeDoc>()) as AttendeeDoc;
  const mailsOf = (id: number) => desk.store.mails.find({ attendee_id: id }).sort({ _id: 1 }).lean<MailDoc[]>();
  const trail = async () =>
    (await desk.store.activities.find().lean()).map(({ action, actor }) => `${actor} ${action}`);

  it('has a seat, an id of its own, a mail and a trail that names who gave it', async () => {
    await desk.lay({ events: [eventDoc({ capacity: 2 })] });
    const admissions = await admit(desk.tools(), 1, [person('R1'), person('R2', null), person('R3')], BY);
    expect(admissions.map(({ kind }) => kind)).to.deep.equal(['added', 'added', 'full']);
    const ids = admissions.flatMap((one) => (one.kind === 'added' ? [one.attendee_id] : []));
    const [first, second] = await Promise.all(ids.map(attendee));
    expect([first?.seat, second?.seat]).to.deep.equal([1, 2]);
    expect(first?.ticket.id).to.not.equal(second?.ticket.id);
    expect(first).to.not.have.property('pending');
    expect((await mailsOf(ids[0] as number)).map(({ state }) => state)).to.deep.equal(['owed']);
    expect((await mailsOf(ids[1] as number)).map(({ state }) => state)).to.deep.equal(['no_address']);
    expect(await trail()).to.include.members(['asha attendee.created', 'asha qr.generated']);
  });

  it('is nobody else’s after a restore, which gives numbers once more: who has the old code is not let in by it', async () => {
    const given = async (roll: string) => {
      await desk.lay({ events: [eventDoc()] });
      const [made] = await admit(desk.tools({ nextAttendeeId: async () => 42 }), 1, [person(roll)], BY);
      if (made?.kind !== 'added') throw new Error('added');
      return (await attendee(made.attendee_id)).ticket.id;
    };
    expect(await given('R1')).to.not.equal(await given('R2'));
  });

  it('is one a roll number, whatever its dashes and whoever asks at the same time', async () => {
    await desk.lay({ events: [eventDoc()], attendees: [attendeeDoc({ _id: 7, student_key: 'R9|SOMECOLLEGE' })] });
    expect(await admit(desk.tools(), 1, [person('r-9')], BY)).to.deep.equal([{ kind: 'there', attendee_id: 7 }]);
    const tools = desk.tools();
    const at_once = await Promise.all(['R4', 'r 4', 'R-4'].map((roll) => admit(tools, 1, [person(roll)], BY)));
    expect(
      at_once
        .flat()
        .map(({ kind }) => kind)
        .sort(),
    ).to.deep.equal(['added', 'there', 'there']);
    // Without a roll number nobody can be told to be the same.
    expect(await admit(tools, 1, [person(), person()], BY)).to.have.length(2);
    expect(await desk.store.attendees.countDocuments({ live: true })).to.equal(4);
  });

  it('asked for again by the same request is the one that was given, also the last one, at the same time, or with a roll number', async () => {
    await desk.lay({ events: [eventDoc({ capacity: 3 })] });
    const asked = (request_id: string, roll?: string) => ({ ...person(roll), request_id });
    const give = async (...people: ReturnType<typeof asked>[]) => admit(desk.tools(), 1, people, BY);
    const [first] = await give(asked('one'));
    expect(first?.kind).to.equal('added');
    expect(await give(asked('one'))).to.deep.equal([first]);
    const [rolled] = await give(asked('two', 'R1'));
    expect(await give(asked('two', 'R1'), asked('three', 'R1'))).to.deep.equal([rolled, { ...rolled, kind: 'there' }]);
    const last = await Promise.all([1, 2, 3].map(() => give(asked('four'))));
    expect(new Set(last.flat().map((one) => JSON.stringify(one))).size).to.equal(1);
    expect(last[0]?.[0]?.kind).to.equal('added');
    expect(await give(asked('five'))).to.deep.equal([{ kind: 'full' }]);
    expect(await desk.store.attendees.countDocuments()).to.equal(3);
    expect(await desk.store.mails.countDocuments()).to.equal(3);
  });

  it('is shown at the desk with the code of its mail, and the trail says to whom; one that is over is not', async () => {
    const ended = { ...attendeeDoc().ticket, revoked_at: new Date(), revoked_reason: 'refunded' as const };
    await desk.lay({
      events: [eventDoc()],
      attendees: [
        attendeeDoc({ _id: 7 }),
        attendeeDoc({
          _id: 8,
          live: false,
          payment_id: 'pay_BBBBBBBBBBBBBB',
          student_key: 'R8|',
          seat: 8,
          ticket: { ...ended, id: 'over' },
        }),
      ],
    });
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const token = await showTicket(desk.store, privateKey, 7, BY);
    const { ticket } = await attendee(7);
    expect(await ticketVerifier([publicKey])(token)).to.deep.equal({ ticket: ticket.id, event: ticket.event_id });
    const refusal = async (id: number) =>
      (await showTicket(desk.store, privateKey, id, BY).catch((error) => error)).code;
    expect([await refusal(8), await refusal(9)]).to.deep.equal([409, 404]);
    const shown = await desk.store.activities.find({ action: 'ticket.shown' }).lean();
    expect(shown.map(({ actor, attendee_id }) => [actor, attendee_id])).to.deep.equal([['asha', 7]]);
    expect(JSON.stringify(shown)).to.not.include(token.slice(-20));
  });

  it('does not overtake a payment that waits for a seat', async () => {
    const full = { kind: 'held', reason: 'event_full', since: new Date() } as const;
    await desk.lay({
      events: [eventDoc({ capacity: 1 })],
      payments: [paymentDoc({}, { pending: false, event_id: 1, outcome: full })],
    });
    expect(await admit(desk.tools(), 1, [person('R1')], BY)).to.deep.equal([{ kind: 'full' }]);
  });

  it('is given for no event that is unknown or cancelled', async () => {
    await desk.lay({ events: [eventDoc({ status: 'cancelled' })] });
    for (const [id, code] of [
      [1, 409],
      [2, 404],
    ] as const) {
      const failure = await admit(desk.tools(), id, [person()], BY).catch((error) => error);
      expect(failure).to.include({ name: 'RequestFailed', code });
    }
  });

  it('is given for no event that is deleted in that moment', async () => {
    await desk.lay({ events: [eventDoc()] });
    const nextAttendeeId = async () => {
      await desk.store.events.deleteOne({ _id: 1 });
      return 77;
    };
    const failure = await admit(desk.tools({ nextAttendeeId }), 1, [person('R1')], BY).catch((error) => error);
    expect(failure).to.include({ name: 'RequestFailed', code: 404 });
    expect(await desk.store.attendees.countDocuments()).to.equal(0);
    expect(await desk.store.mails.countDocuments()).to.equal(0);
  });

  it('gets its mail and its trail after a crash right after it was made', async () => {
    await desk.lay({
      events: [eventDoc()],
      attendees: [
        attendeeDoc({
          payment_id: null,
          pending: { token: 't', by: 'asha', correlation_id: 'c-1', at: new Date(Date.now() - 60_000) },
        }),
      ],
    });
    const { _id } = attendeeDoc();
    await finishPending(desk.tools(), running);
    expect((await mailsOf(_id)).map(({ state }) => state)).to.deep.equal(['owed']);
    expect(await trail()).to.include('asha attendee.created');
    expect(await attendee(_id)).to.not.have.property('pending');
  });

  it('that a payment adopts goes to the payer’s address, once, also after a crash in between', async () => {
    for (const died of [false, true]) {
      const payment = paymentDoc({ notes: { ...STUDENT, roll_number: 'R1', college_name: '' } }, { event_id: null });
      await desk.lay({ events: [eventDoc()], payments: [payment] });
      const tools = desk.tools();
      const [made] = await admit(tools, 1, [person('R1', 'old@example.edu')], BY);
      if (made?.kind !== 'added') throw new Error('added');
      const mails = () => mailsOf(made.attendee_id);
      const sendTo = (to: string) =>
        desk.store.mails.updateMany({}, { $set: { state: 'sent', sent_at: new Date(), to } });
      await sendTo('old@example.edu');
      const before = await attendee(made.attendee_id);
      const settleIt = async () => {
        const claimed = await claimPayment(desk.store, payment._id);
        if (!claimed) throw new Error('claimed');
        return settle(tools, claimed.payment, claimed.claim);
      };
      if (died)
        await desk.store.attendees.updateOne(
          { _id: made.attendee_id },
          { $set: { payment_id: payment._id, email: STUDENT.email } },
        );
      expect(await settleIt()).to.equal('ticketed');
      expect((await attendee(made.attendee_id)).ticket, 'the same ticket').to.deep.equal(before.ticket);
      expect((await mails()).map(({ state }) => state)).to.deep.equal(['owed']);
      await sendTo(STUDENT.email);
      await settleIt();
      expect((await mails()).map(({ state }) => state)).to.deep.equal(['sent']);
    }
  });

  it('goes to a corrected address at once, and keeps one key a student', async () => {
    await desk.lay({ events: [eventDoc()] });
    const tools = desk.tools();
    const [one, two] = await admit(tools, 1, [person('R1'), person('R2')], BY);
    if (one?.kind !== 'added' || two?.kind !== 'added') throw new Error('both are added');
    await desk.store.mails.updateMany({}, { $set: { state: 'sent', sent_at: new Date(), to: 'a@example.edu' } });
    expect(await correct(tools, one.attendee_id, { roll_number: 'R1' }, BY)).to.deep.equal({ changed: false });
    await correct(tools, one.attendee_id, { email: 'b@example.edu' }, BY);
    const states = Object.fromEntries(
      (await desk.store.mails.find().lean()).map(({ attendee_id, state }) => [attendee_id, state]),
    );
    expect(states).to.deep.equal({ [one.attendee_id]: 'owed', [two.attendee_id]: 'sent' });
    const failure = await correct(tools, two.attendee_id, { roll_number: 'r1' }, BY).catch((error) => error);
    expect(failure).to.include({ name: 'RequestFailed', code: 409 });
    expect(await trail()).to.include('asha attendee.changed');
  });

  it('keeps what two people correct at once, and what nobody named', async () => {
    await desk.lay({ events: [eventDoc()] });
    const tools = desk.tools();
    const [made] = await admit(tools, 1, [person('R1')], BY);
    if (made?.kind !== 'added') throw new Error('added');
    const changes = [{ email: 'b@example.edu' }, { section: 'B' }, { department: 'ECE' }];
    await Promise.all(changes.map((change) => correct(tools, made.attendee_id, change, BY)));
    const details = { ...person('R1').details, ...changes[0], ...changes[1], ...changes[2] };
    expect(await attendee(made.attendee_id)).to.deep.include({ details, email: 'b@example.edu' });
    await correct(tools, made.attendee_id, { section: null, email: null }, BY);
    const { section: _section, email: _email, ...left } = details as Record<string, string>;
    expect(await attendee(made.attendee_id)).to.deep.include({ details: left, email: null });
  });

  it('is not given the roll number of another ticket, though only one of them names the college', async () => {
    await desk.lay({
      events: [eventDoc()],
      attendees: [attendeeDoc({ _id: 7 }), attendeeDoc({ _id: 8, event_id: 2, student_key: '22CS001|', seat: 8 })].map(
        (one) => ({ ...one, payment_id: `pay_${one._id}`, ticket: { ...one.ticket, id: `${one._id}` } }),
      ),
    });
    const tools = desk.tools();
    const [guest] = await admit(tools, 1, [person()], BY);
    if (guest?.kind !== 'added') throw new Error('added');
    const rolled = (roll_number: string) =>
      correct(tools, guest.attendee_id, { roll_number }, BY).catch(({ code }) => code);
    expect(await rolled(STUDENT.roll_number)).to.equal(409);
    expect((await attendee(guest.attendee_id)).student_key).to.equal(null);
    expect(await rolled('22CS001'), 'at another event').to.deep.equal({ changed: true });
    expect(await correct(tools, guest.attendee_id, { college_name: 'X' }, BY), 'its own').to.deep.equal({
      changed: true,
    });
  });
});

describe('a ticket taken away by hand', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk();
  });
  after(() => desk?.close());

  const states = async () =>
    (await desk.store.mails.find().sort({ _id: 1 }).lean()).map(({ kind, state }) => `${kind} ${state}`);

  it('is void, its seat is free, and whoever got it gets a cancellation, once', async () => {
    await desk.lay({ events: [eventDoc({ capacity: 1 })] });
    const freed: number[] = [];
    const tools = desk.tools({ onFreed: (id) => freed.push(id) });
    const [made] = await admit(tools, 1, [person('R1')], BY);
    if (made?.kind !== 'added') throw new Error('added');
    await desk.store.mails.updateMany({}, { $set: { state: 'sent', sent_at: new Date() } });
    expect(await revokeByHand(tools, made.attendee_id, BY)).to.deep.equal({ revoked: true });
    expect(await revokeByHand(tools, made.attendee_id, BY)).to.deep.equal({ revoked: false });
    expect(await states()).to.deep.equal(['cancellation owed', 'ticket sent']);
    const after = await desk.store.attendees.findById(made.attendee_id).lean<AttendeeDoc>();
    expect(after).to.include({ live: false });
    expect(after?.ticket.revoked_reason).to.equal('by_hand');
    expect(freed).to.deep.equal([1]);
    const [next] = await admit(tools, 1, [person('R2')], BY);
    expect(next?.kind).to.equal('added');
  });

  it('stays so although its payment is captured and decided again', async () => {
    const payment = paymentDoc({}, { pending: false, event_id: 1, attendee_id: 1 });
    await desk.lay({
      events: [eventDoc()],
      payments: [{ ...payment, outcome: { kind: 'ticketed', reason: null, since: new Date() } }],
      attendees: [attendeeDoc({ payment_id: payment._id })],
    });
    await revokeByHand(desk.tools(), attendeeDoc()._id, BY);
    const after = await desk.payment(payment._id);
    expect(after.outcome?.kind).to.equal('revoked');
    expect(after.pending).to.equal(false);
    const entries = await desk.store.activities.find({ action: 'ticket.revoked' }).lean();
    expect(entries.map(({ actor }) => actor)).to.deep.equal(['asha']);
  });

  it('stays so also where a refund came first and fails afterwards', async () => {
    const { ticket } = attendeeDoc();
    const over = { ...ticket, revoked_at: new Date(0), revoked_reason: 'refunded' as const };
    const refunded = paymentDoc({ status: 'refunded', amount_refunded: 29_900 }, { attendee_id: 7 });
    await desk.lay({
      events: [eventDoc()],
      payments: [refunded],
      attendees: [attendeeDoc({ live: false, ticket: over })],
    });
    expect(await revokeByHand(desk.tools(), 7, BY)).to.deep.equal({ revoked: true });
    expect(await revokeByHand(desk.tools(), 7, BY)).to.deep.equal({ revoked: false });
    await desk.store.payments.updateOne({}, { $set: { payment: paymentDoc().payment }, $inc: { rev: 1 } });
    const claimed = await claimPayment(desk.store, refunded._id);
    if (!claimed) throw new Error('claimed');
    expect(await settle(desk.tools(), claimed.payment, claimed.claim)).to.equal('revoked');
    const after = await desk.store.attendees.findById(7).lean<AttendeeDoc>();
    expect(after).to.deep.include({ live: false, ticket: { ...over, revoked_reason: 'by_hand' } });
    expect(after).to.not.have.property('pending');
    const entries = await desk.store.activities.find({ action: 'ticket.revoked' }).sort({ _id: 1 }).lean();
    expect(entries.map(({ _id }) => _id)).to.deep.equal(['ticket:ticket:revoked', 'ticket:ticket:revoked:for_good']);
  });
});
