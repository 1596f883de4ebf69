/** A payment stays with the event that it was paid for, whatever organisers do to their events afterwards. */
import { expect } from 'chai';
import type { AttendeeDoc, EventDoc, PaymentDoc } from '../../../shared/store/documents.ts';
import { DEFAULT_ALIASES } from '../../../shared/student/aliases.ts';
import { attendeeDoc, eventDoc, facts, NOW, PAID_AT, paymentDoc, register, STUDENT } from '../../../test/documents.ts';
import { decide, type Rules } from './decide.ts';
import { evidence } from './event.ts';

const CODE = 'qr_AAAAAAAAAAAAAA';
const RULES: Rules = { aliases: DEFAULT_ALIASES, required: ['name', 'roll_number'], defaultEventId: undefined };
const next = (change: Partial<EventDoc> = {}) => eventDoc({ _id: 2, ...change });
const over = (change: Partial<EventDoc> = {}) =>
  eventDoc({ status: 'closed', closed_at: new Date(NOW * 1_000), ...change });

interface Around {
  events: EventDoc[];
  attendee?: AttendeeDoc | null;
  seats?: boolean;
  rules?: Rules;
}

const decided = (payment: PaymentDoc, { events, attendee = null, seats = true, rules = RULES }: Around) =>
  decide(payment, { events, attendee, twins: [], seats, now: NOW }, rules);

/** The payment as a settling among these events leaves it. */
function settled(payment: PaymentDoc, around: Around): PaymentDoc {
  const { outcome, reading, choice } = decided(payment, around);
  return {
    ...payment,
    pending: false,
    outcome: { kind: outcome.kind, reason: outcome.kind === 'held' ? outcome.reason : null, since: new Date() },
    event_id: choice?.event._id ?? null,
    event_choice: choice && { by: choice.by, evidence: evidence(payment, reading) },
  };
}

function says(payment: PaymentDoc, around: Around): string {
  const { outcome, choice } = decided(payment, around);
  return `${outcome.kind === 'held' ? outcome.reason : outcome.kind}:${choice?.event._id ?? '-'}`;
}

/** The same payment, after somebody changed its notes at Razorpay. */
const noted = (payment: PaymentDoc, notes: object): PaymentDoc => ({ ...payment, payment: register(facts({ notes })) });

describe('the event of a payment that was settled', () => {
  const full = { events: [eventDoc()], seats: false };
  const waiting = settled(paymentDoc(), full);

  it('is the one it waits for, though that is over and another is on sale', () => {
    expect(says(waiting, full)).to.equal('event_full:1');
    expect(says(waiting, { ...full, events: [over(), next()] })).to.equal('event_full:1');
    // A seat comes free: of its own event.
    expect(says(waiting, { events: [over(), next()] })).to.equal('ticketed:1');
  });

  it('is not one that was guessed although it took no more payments by then', () => {
    const closed = eventDoc({ closes_at: new Date((PAID_AT - 60) * 1_000) });
    const late = settled(paymentDoc(), { events: [closed] });
    expect(says(late, { events: [closed] })).to.equal('event_closed:1');
    expect(says(late, { events: [{ ...closed, status: 'closed' }, next()] })).to.equal('ticketed:2');
    expect(says(late, { events: [closed, next()] })).to.equal('unassigned_event:-');
    const named = settled(paymentDoc({ notes: { ...STUDENT, event_id: 'fest' } }), {
      events: [{ ...closed, slug: 'fest' }],
    });
    expect(says(named, { events: [closed, next({ slug: 'fest' })] })).to.equal('event_closed:1');
  });

  it('is known, though a second one was opened since, or another is the default', () => {
    expect(says(waiting, { ...full, events: [eventDoc(), next()] })).to.equal('event_full:1');
    const rules = { ...RULES, defaultEventId: 2 };
    expect(says(waiting, { ...full, events: [eventDoc(), next()], rules })).to.equal('event_full:1');
    // Of its QR code is heard later; it is nobody's.
    const qr = register({ id: CODE, notes: [] });
    expect(says({ ...waiting, qr }, { ...full, events: [over(), next()] })).to.equal('event_full:1');
    const noteless = settled(paymentDoc({ notes: { ...STUDENT, event_id: '1' } }), full);
    expect(says(noted(noteless, STUDENT), { ...full, events: [over(), next()], rules })).to.equal('event_full:2');
    expect(says(paymentDoc(), { events: [eventDoc(), next()] }), 'a new one').to.equal('unassigned_event:-');
  });

  it('is kept where somebody fills in what was missing', () => {
    const missing = settled(paymentDoc({ notes: { name: 'Asha Rao', email: 'asha@example.edu' } }), {
      events: [eventDoc()],
    });
    const filled = { ...missing, overrides: { details: { roll_number: '21CS042' } } };
    expect(says(filled, { events: [eventDoc(), next()] })).to.equal('ticketed:1');
  });

  it('gets its ticket back where a refund failed, and not one for the next event', () => {
    const attendee = attendeeDoc({ live: false });
    attendee.ticket.revoked_reason = 'refunded';
    const refunded = settled(paymentDoc({ amount_refunded: 29_900 }), { events: [eventDoc()], attendee });
    const back = { ...refunded, payment: register(facts()) };
    expect(says(back, { events: [over(), next()], attendee })).to.equal('ticketed:1');
  });

  it('does not follow a QR code or a slug to the next event, held or with a ticket', () => {
    const coded = settled(paymentDoc({}, { qr: register({ id: CODE, notes: [] }) }), {
      events: [eventDoc({ razorpay_qr_id: CODE })],
      seats: false,
    });
    const moved = [over(), next({ razorpay_qr_id: CODE })];
    expect(says(coded, { events: moved, seats: false })).to.equal('event_full:1');
    expect(says(coded, { events: moved, attendee: attendeeDoc() })).to.equal('ticketed:1');
    const named = settled(paymentDoc({ notes: { ...STUDENT, event_id: 'fest' } }), {
      events: [eventDoc({ slug: 'fest' })],
      seats: false,
    });
    const again = settled(named, { events: [over(), next()], seats: false });
    expect(again.event_choice, 'however often it is looked at').to.deep.equal(named.event_choice);
    for (const slug of ['fest', null])
      expect(says(named, { events: [over(), next({ slug })], seats: false })).to.equal('event_full:1');
  });

  it('stays, and the payment ours, where nothing but the event’s old QR code or slug says so', () => {
    const qr = register({ id: CODE, notes: [] });
    const coded = settled(paymentDoc({ notes: [] }, { qr }), { events: [eventDoc({ razorpay_qr_id: CODE })] });
    expect(says(coded, { events: [eventDoc({ razorpay_qr_id: 'qr_BBBBBBBBBBBBBB' })] })).to.equal(
      'incomplete_details:1',
    );
    const named = settled(paymentDoc({ notes: { event_id: 'fest' } }), { events: [eventDoc({ slug: 'fest' })] });
    expect(says(named, { events: [eventDoc({ slug: 'fest-26' })] })).to.equal('incomplete_details:1');
  });

  it('is another one as soon as the payment names it', () => {
    const events = [over(), next()];
    expect(says(noted(waiting, { ...STUDENT, event_id: '2' }), { events })).to.equal('ticketed:2');
    expect(says({ ...waiting, overrides: { event_id: 2 } }, { events })).to.equal('ticketed:2');
    const qr = register({ id: CODE, notes: [] });
    const byCode = [eventDoc(), next({ razorpay_qr_id: CODE })];
    expect(says({ ...waiting, qr }, { events: byCode })).to.equal('ticketed:2');
    // What was a guess is none any more: an event got the code that was paid.
    const guessed = settled(paymentDoc({}, { qr }), full);
    expect(says(guessed, { events: byCode })).to.equal('ticketed:2');
  });

  it('is looked for anew where the payment no longer says what it did', () => {
    const named = settled(paymentDoc({ notes: { ...STUDENT, event_id: '1' } }), {
      events: [eventDoc(), next()],
      seats: false,
    });
    const events = [eventDoc(), next()];
    expect(says(noted(named, STUDENT), { events })).to.equal('unassigned_event:-');
    expect(says(noted(named, { ...STUDENT, event_id: '77' }), { events })).to.equal('unassigned_event:-');
    expect(says(noted(waiting, { ...STUDENT, event_id: '77' }), { events })).to.equal('unassigned_event:-');
    expect(says(noted(waiting, []), { events })).to.match(/^foreign/);
    const assigned = settled(paymentDoc({}, { overrides: { event_id: 2 } }), { events, seats: false });
    expect(says({ ...assigned, overrides: {} }, { events }), 'taken back').to.equal('unassigned_event:-');
    const ours = settled(paymentDoc({ notes: [] }, { overrides: { ours: true } }), { events: [eventDoc()] });
    expect(says({ ...ours, overrides: {} }, { events: [eventDoc()] })).to.match(/^foreign/);
    const corrected = settled(paymentDoc({ notes: [] }, { overrides: { details: { name: 'A' } } }), {
      events: [eventDoc()],
    });
    expect(says({ ...corrected, overrides: { details: { name: '' } } }, { events: [eventDoc()] })).to.match(/^foreign/);
  });

  it('is kept also where an older version settled it, but to what names another', () => {
    const { event_choice: _none, ...older } = waiting;
    expect(says(older, { ...full, events: [over(), next()] })).to.equal('event_full:1');
    const { event_choice: _neither, ...coded } = settled(
      paymentDoc({}, { qr: register({ id: CODE, notes: [] }) }),
      full,
    );
    expect(says(coded, { events: [eventDoc(), next({ razorpay_qr_id: CODE })] })).to.equal('ticketed:2');
  });

  it('is none where it had none, until one can be told', () => {
    const unassigned = settled(paymentDoc(), { events: [eventDoc(), next()] });
    expect(says(unassigned, { events: [over(), next()] })).to.equal('ticketed:2');
    const foreign = settled(paymentDoc({ notes: [] }), { events: [eventDoc()] });
    expect(says({ ...foreign, event_id: null, event_choice: null }, { events: [eventDoc()] })).to.match(/^foreign/);
  });
});
