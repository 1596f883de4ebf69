import { expect } from 'chai';
import fc from 'fast-check';
import { HOLD_REASONS, type HoldReason, OUTCOME_KINDS, RELEASABLE } from '../../../shared/outcome.ts';
import type { AttendeeDoc, EventDoc, PaymentDoc } from '../../../shared/store/documents.ts';
import { DEFAULT_ALIASES } from '../../../shared/student/aliases.ts';
import { attendeeDoc, eventDoc, facts, NOW, PAID_AT, paymentDoc, register, STUDENT } from '../../../test/documents.ts';
import { type Decision, decide, lookupWanted, type Rules, type Surroundings } from './decide.ts';

const rules: Rules = { aliases: DEFAULT_ALIASES, required: ['name', 'roll_number'], defaultEventId: undefined };
const around = (change: Partial<Surroundings> = {}): Surroundings => ({
  events: [eventDoc()],
  attendee: null,
  twins: [],
  seats: true,
  now: NOW,
  ...change,
});
const outcome = (payment: PaymentDoc, change: Partial<Surroundings> = {}, withRules = rules) =>
  decide(payment, around(change), withRules).outcome;
/** `ticketed:1`, `held:underpaid`, `foreign`. */
const said = ({ outcome }: Decision) =>
  outcome.kind === 'held'
    ? `held:${outcome.reason}`
    : outcome.kind === 'ticketed'
      ? `ticketed:${outcome.event._id}`
      : outcome.kind;
const says = (payment: PaymentDoc, change: Partial<Surroundings> = {}, withRules = rules) =>
  said(decide(payment, around(change), withRules));
const flags = (payment: PaymentDoc, change: Partial<Surroundings> = {}) => decide(payment, around(change), rules).flags;
const another = (change: Partial<EventDoc> = {}) => eventDoc({ _id: 2, slug: 'hackathon', ...change });

describe('the decision on a payment', () => {
  it('tickets a captured payment with details for the event it is for', () => {
    expect(says(paymentDoc())).to.equal('ticketed:1');
  });

  it('takes no notes, a list of notes and an empty name for somebody else’s payment', () => {
    for (const notes of [
      null,
      [],
      {},
      { name: 'Asha Rao' },
      { roll_number: '21CS042', phone: '9' },
      { name: ' - ', phone: '9800000001' },
    ])
      expect(says(paymentDoc({ notes })), JSON.stringify(notes)).to.equal('foreign');
  });

  it('knows a payment as ours by a person’s word, by a corrected detail, by a QR code of ours, or by its ticket', () => {
    const empty = { notes: [] };
    expect(says(paymentDoc(empty, { overrides: { ours: true } }))).to.equal('held:incomplete_details');
    expect(says(paymentDoc(empty, { overrides: { details: { name: 'A', roll_number: '1' } } }))).to.equal('ticketed:1');
    const qr = register({ id: 'qr_AAAAAAAAAAAAAA', notes: [] });
    expect(says(paymentDoc(empty, { qr }))).to.equal('foreign');
    expect(says(paymentDoc(empty, { qr }), { events: [eventDoc({ razorpay_qr_id: 'qr_AAAAAAAAAAAAAA' })] })).to.equal(
      'held:incomplete_details',
    );
    expect(says(paymentDoc(empty), { attendee: attendeeDoc() })).to.equal('ticketed:1');
  });

  it('knows a payment as ours that names an event of ours, however little else it says', () => {
    expect(says(paymentDoc({ notes: { event_id: '1' } }))).to.equal('held:incomplete_details');
    expect(says(paymentDoc({ notes: { event_id: '1', name: 'Zed' } }))).to.equal('held:incomplete_details');
    expect(says(paymentDoc({ notes: { event_id: '99' } }))).to.equal('foreign');
    expect(
      says(paymentDoc({ notes: { 'First Name': 'Zed', 'Last Name': 'Nine', 'Roll No.': 'Z9', event_id: '1' } })),
    ).to.equal('ticketed:1');
  });

  it('says of a hold what a person needs to know', () => {
    const about = (payment: PaymentDoc, change: Partial<Surroundings> = {}) => {
      const result = outcome(payment, change);
      return result.kind === 'held' ? result.about : result.kind;
    };
    expect(about(paymentDoc({ notes: { event_id: '1', name: 'Zed' } }))).to.deep.equal({ missing: ['roll_number'] });
    expect(about(paymentDoc({ amount: 1 }))).to.deep.equal({ price: 29_900 });
    expect(about(paymentDoc({ notes: { ...STUDENT, event_id: '77' } }))).to.deep.equal({ event_note: '77' });
    expect(about(paymentDoc(), { twins: [attendeeDoc({ payment_id: 'pay_BBBBBBBBBBBBBB' })] })).to.deep.equal({
      other_payment_id: 'pay_BBBBBBBBBBBBBB',
    });
    const several = ['pay_C', 'pay_B', 'pay_D'].map((payment_id) => attendeeDoc({ payment_id }));
    for (const twins of [several, several.toReversed()])
      expect(about(paymentDoc(), { twins }), 'always the same one').to.deep.equal({ other_payment_id: 'pay_B' });
  });

  it('revokes a fully refunded payment, whatever status says so', () => {
    for (const entity of [
      { status: 'refunded' },
      { amount_refunded: 29_900 },
      { status: 'refunded', amount_refunded: 29_900 },
    ]) {
      expect(says(paymentDoc(entity)), JSON.stringify(entity)).to.equal('revoked');
      expect(says(paymentDoc(entity), { attendee: attendeeDoc() })).to.equal('revoked');
    }
  });

  it('keeps a ticket that a partial refund, a price, a closing, a cancelled event or a full house comes after', () => {
    const payment = paymentDoc({ amount_refunded: 100 });
    const event = eventDoc({
      status: 'cancelled',
      capacity: 1,
      closes_at: new Date(0),
      prices: [{ amount: 99_900, from: new Date(0) }],
    });
    expect(
      says(payment, {
        events: [event],
        attendee: attendeeDoc(),
        seats: false,
        twins: [attendeeDoc({ payment_id: 'pay_B' })],
      }),
    ).to.equal('ticketed:1');
    expect(flags(payment)).to.deep.equal(['partly_refunded']);
  });

  it('gives no new ticket where a person took it away', () => {
    const taken = attendeeDoc({ live: false });
    taken.ticket.revoked_reason = 'by_hand';
    expect(says(paymentDoc(), { attendee: taken })).to.equal('revoked');
  });

  it('gives a new ticket when a refund failed and the money came back', () => {
    const back = attendeeDoc({ live: false });
    back.ticket.revoked_reason = 'refunded';
    expect(says(paymentDoc(), { attendee: back })).to.equal('ticketed:1');
  });

  it('waits for what is not captured, and shows an authorised one after 15 minutes', () => {
    for (const status of ['created', 'failed', 'something_new'])
      expect(says(paymentDoc({ status }))).to.equal('awaiting');
    const authorized = paymentDoc({ status: 'authorized' });
    expect(says(authorized, { now: PAID_AT + 900 })).to.equal('awaiting');
    expect(says(authorized, { now: PAID_AT + 901 })).to.equal('held:not_captured');
  });

  it('waits as long for a capture where Razorpay’s clock and ours are an hour apart', () => {
    for (const skew of [-3_600, 3_600]) {
      const first_seen_at = new Date((PAID_AT + skew) * 1_000);
      const authorized = paymentDoc({ status: 'authorized' }, { first_seen_at });
      expect(says(authorized, { now: PAID_AT + skew + 900 })).to.equal('awaiting');
      expect(says(authorized, { now: PAID_AT + skew + 901 })).to.equal('held:not_captured');
    }
    const seenLate = paymentDoc({}, { payment: register(facts({ status: 'authorized' }), PAID_AT + 901, 2) });
    expect(says(seenLate, { now: PAID_AT }), 'by Razorpay’s clock alone').to.equal('held:not_captured');
  });

  it('holds a payment that Razorpay said it does not know, until it is seen again', () => {
    const unknown = (at: number) => paymentDoc({}, { absence: register({ absent: true as const }, at) });
    expect(says(unknown(PAID_AT + 4))).to.equal('held:unknown_at_razorpay');
    expect(says(unknown(PAID_AT + 3))).to.equal('ticketed:1');
  });

  const held: [HoldReason, PaymentDoc, Partial<Surroundings>][] = [
    ['unassigned_event', paymentDoc(), { events: [eventDoc(), another()] }],
    ['unassigned_event', paymentDoc(), { events: [] }],
    ['unassigned_event', paymentDoc({ notes: { ...STUDENT, event_id: '99' } }), {}],
    ['incomplete_details', paymentDoc({ notes: { name: 'Asha Rao', phone: '9800000001' } }), {}],
    ['wrong_currency', paymentDoc({ currency: 'USD' }), {}],
    ['underpaid', paymentDoc({ amount: 29_899 }), {}],
    ['event_full', paymentDoc(), { seats: false }],
    ['event_closed', paymentDoc(), { events: [eventDoc({ closes_at: new Date((PAID_AT - 1) * 1_000) })] }],
    [
      'event_closed',
      paymentDoc({ notes: { ...STUDENT, event_id: '1' } }),
      { events: [eventDoc({ status: 'closed', closed_at: new Date((PAID_AT - 1) * 1_000) })] },
    ],
    [
      'event_cancelled',
      paymentDoc({ notes: { ...STUDENT, event_id: '1' } }),
      { events: [eventDoc({ status: 'cancelled' })] },
    ],
    ['duplicate_payment', paymentDoc(), { twins: [attendeeDoc({ payment_id: 'pay_BBBBBBBBBBBBBB' })] }],
  ];
  for (const [reason, payment, change] of held)
    it(`holds for ${reason} (${JSON.stringify(payment.payment?.value.notes.length)} notes, ${JSON.stringify(Object.keys(change))})`, () => {
      expect(says(payment, change)).to.equal(`held:${reason}`);
    });

  it('lets a payment go on once a person released that very hold, and no other', () => {
    for (const [reason, payment, change] of held) {
      const released = { ...payment, overrides: { released: [reason] } };
      const expected = (RELEASABLE as readonly string[]).includes(reason) ? 'ticketed:1' : null;
      if (expected) expect(says(released, change), reason).to.equal(expected);
      const others = { ...payment, overrides: { released: HOLD_REASONS.filter((one) => one !== reason) } };
      expect(says(others, change), reason).to.equal(`held:${reason}`);
    }
  });

  it('tickets what was paid before closing, at closing included', () => {
    for (const field of ['closes_at', 'closed_at'] as const)
      expect(says(paymentDoc(), { events: [eventDoc({ [field]: new Date(PAID_AT * 1_000) })] })).to.equal('ticketed:1');
    const without = { ...eventDoc(), closes_at: undefined, closed_at: undefined } as unknown as EventDoc;
    expect(says(paymentDoc(), { events: [without] })).to.equal('ticketed:1');
  });

  it('compares the amount with the price in force when it was paid, never net of refunds', () => {
    const at = (seconds: number, amount: number | null) => ({ amount, from: new Date(seconds * 1_000) });
    const withPrices = (prices: EventDoc['prices'], entity = {}) =>
      says(paymentDoc(entity), { events: [eventDoc({ prices })] });
    expect(withPrices([at(PAID_AT - 10, 20_000), at(PAID_AT + 1, 50_000)])).to.equal('ticketed:1');
    expect(withPrices([at(PAID_AT - 10, 20_000), at(PAID_AT, 50_000)])).to.equal('held:underpaid');
    expect(withPrices([at(PAID_AT + 10, 50_000), at(PAID_AT + 20, 100)])).to.equal('held:underpaid');
    const three = [at(0, 100), at(PAID_AT - 10, 29_901), at(PAID_AT - 5, 29_900), at(PAID_AT + 1, 90_000)];
    expect(withPrices(three)).to.equal('ticketed:1');
    expect(withPrices([at(0, 100), at(PAID_AT - 10, 200), at(PAID_AT, 29_901)])).to.equal('held:underpaid');
    expect(withPrices([])).to.equal('ticketed:1');
    expect(withPrices([at(0, null)], { amount: 1 })).to.equal('ticketed:1');
    expect(withPrices([at(0, 29_900)], { amount_refunded: 29_000 })).to.equal('ticketed:1');
  });

  it('finds the event by a person’s word, the notes, the QR code, the default, the only open one, in this order', () => {
    const events = [
      eventDoc({ razorpay_qr_id: 'qr_AAAAAAAAAAAAAA' }),
      another(),
      eventDoc({ _id: 3, status: 'closed' }),
    ];
    const qr = register({ id: 'qr_AAAAAAAAAAAAAA', notes: [] });
    const noted = (event_id: unknown) => ({ notes: { ...STUDENT, event_id } });
    expect(says(paymentDoc(noted(2), { qr, overrides: { event_id: 1 } }), { events })).to.equal('ticketed:1');
    for (const note of ['2', 2, ' 002 ', '#2', 'hackathon', 'Hackathon'])
      expect(says(paymentDoc(noted(note), { qr }), { events }), String(note)).to.equal('ticketed:2');
    expect(says(paymentDoc({}, { qr }), { events })).to.equal('ticketed:1');
    expect(says(paymentDoc(), { events }, { ...rules, defaultEventId: 2 })).to.equal('ticketed:2');
    expect(says(paymentDoc(), { events: events.slice(1) })).to.equal('ticketed:2');
    expect(says(paymentDoc(), { events })).to.equal('held:unassigned_event');
  });

  it('does not move a ticket on a guess, but does on a fact', () => {
    const events = [eventDoc(), another()];
    const attendee = attendeeDoc({ event_id: 2 });
    expect(says(paymentDoc(), { events, attendee })).to.equal('ticketed:2');
    expect(says(paymentDoc(), { events, attendee }, { ...rules, defaultEventId: 1 })).to.equal('ticketed:2');
    expect(says(paymentDoc({ notes: { ...STUDENT, event_id: '1' } }), { events, attendee })).to.equal('ticketed:1');
    expect(says(paymentDoc({}, { overrides: { event_id: 1 } }), { events, attendee })).to.equal('ticketed:1');
  });

  it('moves no ticket that was used at the door', () => {
    const events = [eventDoc(), another()];
    const attendee = attendeeDoc({ event_id: 2, checked_in_at: new Date() });
    expect(says(paymentDoc({ notes: { ...STUDENT, event_id: '1' } }), { events, attendee })).to.equal('ticketed:2');
    expect(says(paymentDoc({}, { overrides: { event_id: 1 } }), { events, attendee })).to.equal('ticketed:2');
  });

  it('adopts an attendee made by hand instead of holding a duplicate', () => {
    const byHand = attendeeDoc({ payment_id: null });
    const result = outcome(paymentDoc(), { twins: [byHand] });
    expect(result.kind === 'ticketed' && result.adopt).to.equal(byHand);
  });

  it('gives a released second payment a key of its own', () => {
    const twins: AttendeeDoc[] = [attendeeDoc({ payment_id: 'pay_BBBBBBBBBBBBBB' })];
    const result = outcome(paymentDoc({}, { overrides: { released: ['duplicate_payment'] } }), { twins });
    expect(result.kind === 'ticketed' && result.key).to.equal('21CS042|EXAMPLEINSTITUTE#pay_AAAAAAAAAAAAAA');
  });

  it('flags what deserves a look', () => {
    const refund = (status: string) => ({
      rfnd_A: register({ id: 'rfnd_A', payment_id: 'p', amount: 1, currency: null, status, created_at: 1 }),
    });
    const dispute = (status: string) => ({
      disp_A: register({
        id: 'disp_A',
        payment_id: 'p',
        amount: 1,
        currency: null,
        status,
        phase: null,
        reason_code: null,
        created_at: 1,
      }),
    });
    expect(flags(paymentDoc())).to.deep.equal([]);
    expect(flags(paymentDoc({ amount: 30_000 }))).to.deep.equal(['overpaid']);
    expect(flags(paymentDoc({}, { refunds: refund('failed') }))).to.deep.equal(['refund_failed']);
    expect(flags(paymentDoc({}, { refunds: refund('processed') }))).to.deep.equal([]);
    for (const [status, flagged] of [
      ['open', true],
      ['lost', true],
      ['won', false],
      ['closed', false],
    ] as const)
      expect(flags(paymentDoc({}, { disputes: dispute(status) }))).to.deep.equal(flagged ? ['disputed'] : []);
    expect(
      flags(paymentDoc({ status: 'refunded' }), { attendee: attendeeDoc({ checked_in_at: new Date() }) }),
    ).to.deep.equal(['refunded_after_entry']);
  });

  it('mails to the address in the notes, else to Razorpay’s unless that is its placeholder', () => {
    const email = (notes: object, entity: string | null) =>
      decide(paymentDoc({ notes: { ...STUDENT, ...notes }, email: entity }), around(), rules).reading.email;
    expect(email({}, 'other@example.edu')).to.equal('asha@example.edu');
    expect(email({ email: '' }, 'other@example.edu')).to.equal('other@example.edu');
    expect(email({ email: 'asha at example' }, 'other@example.edu')).to.equal('other@example.edu');
    expect(email({ email: '' }, 'void@razorpay.com')).to.equal(null);
    expect(email({ email: 'a@b.c\r\nBcc: x@y.zz' }, null)).to.equal(null);
    for (const typo of [
      'x@gmail..com',
      'x@gmail.com.',
      '.x@gmail.com',
      'x..y@gmail.com',
      'x@-a.com',
      'x@gmail',
      'x@@gmail.com',
    ])
      expect(email({ email: typo }, null), typo).to.equal(null);
    for (const fine of [
      'a.b+c@sub.example.co.in',
      "o'neil@example.edu",
      'ää@beispiel.de',
      'x@пример.рф',
      'x@a-b.example',
    ])
      expect(email({ email: fine }, null), fine).to.equal(fine);
  });

  describe('takes the first that holds', () => {
    /** In the order of the decision: what is wrong, and what it is then said to be. */
    const ORDER = [
      ['foreign', 'foreign'],
      ['refunded', 'revoked'],
      ['absent', 'held:unknown_at_razorpay'],
      ['uncaptured', 'held:not_captured'],
      ['noEvent', 'held:unassigned_event'],
      ['incomplete', 'held:incomplete_details'],
      ['cancelled', 'held:event_cancelled'],
      ['closed', 'held:event_closed'],
      ['currency', 'held:wrong_currency'],
      ['underpaid', 'held:underpaid'],
      ['twin', 'held:duplicate_payment'],
      ['full', 'held:event_full'],
    ] as const;
    type Wrong = Record<(typeof ORDER)[number][0], boolean>;

    function sayOf(wrong: Wrong, attendee: AttendeeDoc | null): string {
      const payment = paymentDoc(
        {
          amount: wrong.underpaid ? 29_899 : 29_900,
          amount_refunded: wrong.refunded ? 29_900 : 0,
          status: wrong.uncaptured ? 'authorized' : 'captured',
          currency: wrong.currency ? 'USD' : 'INR',
          notes: wrong.foreign ? [] : wrong.incomplete ? { name: 'Asha Rao', phone: '9800000001' } : STUDENT,
        },
        wrong.absent ? { absence: register({ absent: true as const }, PAID_AT + 9) } : {},
      );
      const event = eventDoc({
        status: wrong.cancelled ? 'cancelled' : 'open',
        closes_at: wrong.closed ? new Date(0) : null,
      });
      return says(
        payment,
        {
          events: wrong.noEvent ? [] : [event],
          twins: wrong.twin ? [attendeeDoc({ payment_id: 'pay_BBBBBBBBBBBBBB' })] : [],
          seats: !wrong.full,
          attendee,
          now: PAID_AT + 901,
        },
        { ...rules, defaultEventId: 1 },
      );
    }

    const all = Array.from(
      { length: 2 ** ORDER.length },
      (_, bits) => Object.fromEntries(ORDER.map(([name], index) => [name, ((bits >> index) & 1) === 1])) as Wrong,
    );

    it('of all that can be wrong with a payment, in every combination', () => {
      for (const wrong of all) {
        const first = ORDER.find(([name]) => wrong[name]);
        expect(sayOf(wrong, null), JSON.stringify(wrong)).to.equal(first?.[1] ?? 'ticketed:1');
      }
    });

    it('of what may still touch a payment that has its ticket: it is ours, and no rule of the event counts', () => {
      const counts = ['refunded', 'absent', 'uncaptured', 'noEvent'];
      for (const wrong of all) {
        const first = ORDER.find(([name]) => counts.includes(name) && wrong[name]);
        expect(sayOf(wrong, attendeeDoc()), JSON.stringify(wrong)).to.equal(first?.[1] ?? 'ticketed:1');
      }
    });
  });

  /** Seen by a refund or an order alone: the payment itself is not known yet. */
  const unseen = (change: Partial<PaymentDoc> = {}): PaymentDoc => {
    const { payment: _, ...rest } = paymentDoc({}, change);
    return rest;
  };

  it('waits for the facts of a payment of which only something else was seen', () => {
    const order = register({ id: 'order_AAAAAAAAAAAAAA', notes: facts({}).notes });
    expect(says(unseen())).to.equal('foreign');
    expect(says(unseen({ order }))).to.equal('awaiting');
    expect(flags(unseen({ order }))).to.deep.equal([]);
    expect(decide(unseen({ order }), around(), rules).reading).to.deep.include({
      email: 'asha@example.edu',
      looksOurs: true,
      strippedButOurs: false,
    });
    const absence = register({ absent: true as const });
    expect(says(unseen({ order, absence }))).to.equal('held:unknown_at_razorpay');
    expect(lookupWanted(unseen({ order }), decide(unseen({ order }), around(), rules), null)).to.equal('must');
  });

  it('looks once more at Razorpay where a ticket was revoked by a refund that is not known here, and by nothing else', () => {
    const seen = new Date('2026-11-20T10:00:00Z');
    const changed_by = { observation: 'o', source: 'webhook' as const, event: null, correlation_id: 'c', at: seen };
    const asks = (ticket: object, entity: Record<string, unknown> = {}, change: Partial<PaymentDoc> = {}) => {
      const attendee = attendeeDoc({ live: false, ticket: { ...attendeeDoc().ticket, ...ticket } });
      const payment = paymentDoc(entity, { changed_by, looked_up_at: seen, ...change } as never);
      return lookupWanted(payment, decide(payment, around({ attendee }), rules), attendee);
    };
    const after = new Date(seen.getTime() + 1);
    const refunded = { revoked_reason: 'refunded', revoked_at: after };
    expect(asks(refunded)).to.equal('must');
    expect(asks({ ...refunded, revoked_reason: 'reassigned' }), 'for another reason').to.equal('no');
    expect(asks({ ...refunded, revoked_at: seen }), 'the payment was seen since').to.equal('no');
    expect(asks({ ...refunded, revoked_at: null })).to.equal('no');
    expect(asks(refunded, { status: 'refunded' }), 'it is known here').to.equal('no');
    expect(asks(refunded, {}, { manual: { reference: null, by: 'admin' } } as never), 'taken by hand').to.equal('no');
  });

  it('does not take a payment of nothing for refunded', () => {
    expect(says(paymentDoc({ amount: 0 }), { events: [eventDoc({ prices: [] })] })).to.equal('ticketed:1');
    expect(says(paymentDoc({ amount_refunded: 29_899 }))).to.equal('ticketed:1');
  });

  it('takes an event that a person chose for a person’s word, and empty corrections for none', () => {
    expect(says(paymentDoc({ notes: [] }, { overrides: { event_id: 1 } }))).to.equal('held:incomplete_details');
    expect(says(paymentDoc({ notes: [] }, { overrides: { event_id: 99 } }))).to.equal('held:unassigned_event');
    expect(says(paymentDoc({ notes: [] }, { overrides: { details: {} } }))).to.equal('foreign');
    expect(says(paymentDoc({ notes: [] }, { overrides: { details: { name: '' } } }))).to.equal('foreign');
    expect(says(paymentDoc({ notes: [] }, { overrides: { ours: false } }))).to.equal('foreign');
    expect(says(paymentDoc({}, { overrides: { event_id: 99 } }))).to.equal('held:unassigned_event');
  });

  it('knows the QR code of any of our events, and no payment without one by it', () => {
    const qr = register({ id: 'qr_AAAAAAAAAAAAAA', notes: [] });
    const events = [another(), eventDoc({ razorpay_qr_id: 'qr_AAAAAAAAAAAAAA' })];
    expect(says(paymentDoc({}, { qr }), { events })).to.equal('ticketed:1');
    expect(says(paymentDoc({ notes: [] }, { qr }), { events })).to.equal('held:incomplete_details');
    const without = { ...another(), razorpay_qr_id: undefined } as unknown as EventDoc;
    expect(says(paymentDoc({ notes: [] }), { events: [without, eventDoc()] })).to.equal('foreign');
    expect(says(paymentDoc(), { events: [without, eventDoc()] })).to.equal('held:unassigned_event');
    const otherCode = { events: [eventDoc({ razorpay_qr_id: 'qr_BBBBBBBBBBBBBB' }), another()] };
    expect(says(paymentDoc({}, { qr }), otherCode)).to.equal('held:unassigned_event');
  });

  it('reads an event’s number and slug from the notes, and guesses at nothing like them', () => {
    const events = [eventDoc({ _id: 12 }), another()];
    for (const note of ['12', '#12', '0012', '#012'])
      expect(says(paymentDoc({ notes: { ...STUDENT, event_id: note } }), { events }), note).to.equal('ticketed:12');
    for (const note of ['x12', '12x', '1#2', '##12', '12.0', '120', '1', 'hack', 'hackathon!', 'null event'])
      expect(says(paymentDoc({ notes: { ...STUDENT, event_id: note } }), { events }), note).to.equal(
        'held:unassigned_event',
      );
  });

  it('says by what it chose the event, and whether that was a guess', () => {
    const events = [eventDoc({ razorpay_qr_id: 'qr_AAAAAAAAAAAAAA' }), another()];
    const qr = register({ id: 'qr_AAAAAAAAAAAAAA', notes: [] });
    const chosen = (payment: PaymentDoc, change: Partial<Surroundings> = {}, withRules = rules) => {
      const { choice, guessed } = decide(payment, around({ events, ...change }), withRules);
      return choice && [choice.by, choice.event._id, guessed];
    };
    expect(chosen(paymentDoc({}, { qr, overrides: { event_id: 2 } }))).to.deep.equal(['override', 2, false]);
    expect(chosen(paymentDoc({ notes: { event_id: '2' } }, { qr }))).to.deep.equal(['notes', 2, false]);
    expect(chosen(paymentDoc({}, { qr }))).to.deep.equal(['qr', 1, false]);
    expect(chosen(paymentDoc(), {}, { ...rules, defaultEventId: 2 })).to.deep.equal(['default', 2, true]);
    const closed = { events: [another(), eventDoc({ status: 'closed' })] };
    expect(chosen(paymentDoc(), closed)).to.deep.equal(['only', 2, true]);
    expect(chosen(paymentDoc(), { events: [another()] })).to.deep.equal(['only', 2, false]);
    expect(chosen(paymentDoc())).to.equal(null);
    // A ticket that is there stands for its event, as a guess that a fact may still beat.
    const attendee = attendeeDoc({ event_id: 2 });
    expect(chosen(paymentDoc(), { attendee })).to.deep.equal(['only', 2, true]);
    expect(chosen(paymentDoc(), { attendee }, { ...rules, defaultEventId: 1 })).to.deep.equal(['default', 2, true]);
    expect(chosen(paymentDoc({}, { qr }), { attendee })).to.deep.equal(['qr', 1, false]);
    const used = attendeeDoc({ event_id: 2, checked_in_at: new Date() });
    expect(chosen(paymentDoc({}, { qr }), { attendee: used })).to.deep.equal(['qr', 2, false]);
    // Not live any more, or for an event that is gone: it decides nothing.
    expect(chosen(paymentDoc(), { attendee: attendeeDoc({ event_id: 2, live: false }) })).to.equal(null);
    expect(chosen(paymentDoc(), { attendee: attendeeDoc({ event_id: 9 }) })).to.equal(null);
  });

  it('asks of a ticket that moves to another event what it asks of a new one', () => {
    const events = [eventDoc(), another()];
    const attendee = attendeeDoc({ event_id: 2 });
    const moved = paymentDoc({ notes: { ...STUDENT, event_id: '1' } });
    expect(says(moved, { events, attendee, seats: false })).to.equal('held:event_full');
    expect(says(moved, { events: [eventDoc({ status: 'cancelled' }), another()], attendee })).to.equal(
      'held:event_cancelled',
    );
  });

  it('says nothing about a hold that explains itself', () => {
    const about = (payment: PaymentDoc, change: Partial<Surroundings> = {}) => {
      const result = outcome(payment, change);
      return result.kind === 'held' ? result.about : result.kind;
    };
    expect(about(paymentDoc(), { events: [] })).to.deep.equal({});
    expect(about(paymentDoc(), { seats: false })).to.deep.equal({});
    expect(about(paymentDoc({ status: 'authorized' }), { now: PAID_AT + 901 })).to.deep.equal({});
  });

  it('waits for a failed or new payment however old it is, and only shows an authorised one', () => {
    for (const status of ['failed', 'created'])
      expect(says(paymentDoc({ status }), { now: PAID_AT + 9_999 })).to.equal('awaiting');
  });

  it('compares no amount with a price in another currency, also where a person let that go', () => {
    const dollars = { currency: 'USD', amount: 5 };
    const released = { overrides: { released: ['wrong_currency' as const] } };
    expect(says(paymentDoc(dollars, released))).to.equal('ticketed:1');
    expect(flags(paymentDoc({ ...dollars, amount: 99_900 }, released))).to.deep.equal([]);
    expect(flags(paymentDoc({ amount: 99_900 }), { events: [eventDoc({ prices: [] })] })).to.deep.equal([]);
    expect(flags(paymentDoc({ amount: 99_900 }), { events: [] })).to.deep.equal([]);
  });

  it('flags an entry only where the money went back, and money back only where there was an entry', () => {
    const used = attendeeDoc({ checked_in_at: new Date() });
    expect(flags(paymentDoc(), { attendee: used })).to.deep.equal([]);
    expect(flags(paymentDoc({ status: 'refunded' }), { attendee: attendeeDoc() })).to.deep.equal([]);
    expect(flags(paymentDoc({ status: 'refunded' }))).to.deep.equal([]);
  });

  it('finds the payment behind a duplicate also beside an attendee made by hand', () => {
    const byHand = attendeeDoc({ payment_id: null });
    const paid = attendeeDoc({ payment_id: 'pay_BBBBBBBBBBBBBB' });
    for (const twins of [
      [byHand, paid],
      [paid, byHand],
    ]) {
      const result = outcome(paymentDoc(), { twins });
      expect(result.kind === 'held' && result.about).to.deep.equal({ other_payment_id: 'pay_BBBBBBBBBBBBBB' });
      const released = outcome(paymentDoc({}, { overrides: { released: ['duplicate_payment'] } }), { twins });
      expect(released.kind === 'ticketed' && released.adopt).to.equal(byHand);
    }
  });

  it('gives each ticket a key that no other live one has', () => {
    const KEY = '21CS042|EXAMPLEINSTITUTE';
    const OWN = `${KEY}#pay_AAAAAAAAAAAAAA`;
    const byHand = attendeeDoc({ payment_id: null });
    const paid = attendeeDoc({ payment_id: 'pay_BBBBBBBBBBBBBB' });
    const key = (change: Partial<Surroundings>, entity: Record<string, unknown> = {}) => {
      const payment = paymentDoc(entity, { overrides: { released: ['duplicate_payment'] } });
      const result = outcome(payment, change, { ...rules, required: ['name'] });
      return result.kind === 'ticketed' ? result.key : result.kind;
    };
    expect(key({})).to.equal(KEY);
    expect(key({ twins: [paid] })).to.equal(OWN);
    expect(key({ twins: [byHand] })).to.equal(KEY);
    expect(key({ twins: [paid, byHand] })).to.equal(KEY);
    // Without a roll number nobody can be told to be the same.
    const unknown = { notes: { name: 'Asha Rao', phone: '1' } };
    expect(key({}, unknown)).to.equal(null);
    expect(key({ twins: [paid], attendee: attendeeDoc() }, unknown)).to.equal(null);
    // A live ticket keeps its key, whoever came meanwhile; one whose details changed gets the new one.
    expect(key({ attendee: attendeeDoc({ student_key: OWN }), twins: [paid] })).to.equal(OWN);
    expect(key({ attendee: attendeeDoc({ student_key: KEY }), twins: [paid] })).to.equal(KEY);
    expect(key({ attendee: attendeeDoc({ student_key: 'X|Y' }) })).to.equal(KEY);
    expect(key({ attendee: attendeeDoc({ student_key: null }), twins: [byHand] })).to.equal(OWN);
    expect(key({ attendee: attendeeDoc({ live: false, student_key: OWN }) })).to.equal(KEY);
    const events = [eventDoc(), another()];
    const moves = { notes: { ...STUDENT, event_id: '1' } };
    expect(key({ events, attendee: attendeeDoc({ event_id: 2, student_key: OWN }) }, moves)).to.equal(KEY);
  });

  it('lets a payment’s notes beat its QR code’s, these its order’s, and corrections all of them, field by field', () => {
    const notes = (fields: Record<string, string>) => Object.entries(fields).map(([key, value]) => ({ key, value }));
    const payment = paymentDoc(
      { notes: { name: 'by payment' } },
      {
        qr: register({ id: 'qr_AAAAAAAAAAAAAA', notes: notes({ name: 'by code', section: 'by code' }) }),
        order: register({
          id: 'order_AAAAAAAAAAAAAA',
          notes: notes({ name: 'by order', section: 'by order', department: 'by order', phone: 'by order' }),
        }),
        overrides: { details: { phone: 'by hand', section: '' } },
      },
    );
    expect(decide(payment, around(), rules).reading.details).to.deep.equal({
      name: 'by payment',
      section: 'by code',
      department: 'by order',
      phone: 'by hand',
    });
  });

  it('always comes to exactly one known outcome, and to the same one again', () => {
    const maybe = <T>(value: T) => fc.constantFrom(undefined, value);
    fc.assert(
      fc.property(
        fc.record({
          status: fc.constantFrom('created', 'failed', 'authorized', 'captured', 'refunded', 'x'),
          amount: fc.constantFrom(0, 1, 29_900, 50_000),
          amount_refunded: fc.constantFrom(0, 1, 29_900),
          currency: fc.constantFrom('INR', 'USD'),
          notes: fc.constantFrom([], STUDENT, { ...STUDENT, event_id: '2' }, { name: 'A', phone: '1' }),
        }),
        fc.constantFrom([], [eventDoc()], [eventDoc(), another()]),
        maybe(attendeeDoc()),
        fc.boolean(),
        (entity, events, attendee, seats) => {
          const change = { events, attendee: attendee ?? null, seats };
          const first = decide(paymentDoc(entity), around(change), rules);
          expect(OUTCOME_KINDS).to.include(first.outcome.kind);
          expect(decide(paymentDoc(entity), around(change), rules)).to.deep.equal(first);
          // Money that came in never ends in silence: ticket, hold or refund.
          if (entity.status === 'captured' && first.reading.looksOurs)
            expect(['ticketed', 'held', 'revoked']).to.include(first.outcome.kind);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('a ticketed payment whose attendee a restore has lost', () => {
  it('stays ticketed, although its event is full, closed or dearer by now', () => {
    const lost = (event_id: number | null) =>
      paymentDoc({}, { event_id, outcome: { kind: 'ticketed', reason: null, since: new Date(0) } });
    const around: Surroundings = {
      events: [eventDoc({ closed_at: new Date(0), prices: [{ amount: 99_900, from: new Date(0) }] })],
      attendee: null,
      twins: [],
      seats: false,
      now: NOW,
    };
    expect(decide(lost(1), around, rules).outcome.kind).to.equal('ticketed');
    expect(decide(lost(2), around, rules).outcome.kind).to.equal('held');
    expect(decide(paymentDoc(), around, rules).outcome.kind).to.equal('held');
  });
});

describe('a payment whose personal data was erased', () => {
  const erased = (kind: 'held' | 'ticketed' | 'foreign' | 'awaiting', change: Partial<PaymentDoc> = {}, entity = {}) =>
    paymentDoc(
      { notes: [], ...entity },
      {
        redacted_at: new Date(),
        event_id: 2,
        outcome: { kind, reason: kind === 'held' ? 'underpaid' : null, since: new Date(0) },
        ...change,
      },
    );
  const events = [eventDoc(), another()];

  it('keeps its event, its hold and its ticket, though nothing on it speaks of them', () => {
    const decision = decide(erased('held'), around({ events }), rules);
    expect([said(decision), decision.choice?.event._id]).to.deep.equal(['held:underpaid', 2]);
    const attendee = attendeeDoc({ event_id: 2, details: {} });
    expect(says(erased('ticketed'), { events, attendee })).to.equal('ticketed:2');
    expect(says(erased('ticketed'), { events }), 'lost by a restore').to.equal('ticketed:2');
  });

  it('is given no ticket it did not have', () => {
    const easy = { ...rules, required: [] };
    expect(says(erased('awaiting'), { events }, easy)).to.equal('held:incomplete_details');
    expect(says(erased('awaiting', {}, { status: 'failed', captured: false }), { events })).to.equal('awaiting');
    expect(says(erased('held', { overrides: { released: ['underpaid'] } }), { events }, easy)).to.equal(
      'held:underpaid',
    );
    const refundFailed = attendeeDoc({ event_id: 2, live: false });
    expect(says(erased('ticketed'), { events, attendee: refundFailed }, easy)).to.equal('held:incomplete_details');
  });

  it('loses the ticket that was given up with it, also one that was made in that moment; a hold stays', () => {
    const redacted_by = { by: 'asha', reason: 'asked' as const, correlation_id: 'c', gives_up_ticket: true as const };
    const attendee = attendeeDoc({ event_id: 2, details: {} });
    expect(says(erased('ticketed', { redacted_by }), { events, attendee })).to.equal('revoked');
    expect(says(erased('held', { redacted_by }), { events })).to.equal('held:underpaid');
  });

  it('that is held at one event keeps the hold, and its good ticket for another where it is', () => {
    const easy = { ...rules, required: [] };
    for (const rule of [rules, easy])
      expect(says(erased('held'), { events, attendee: attendeeDoc({ details: {} }) }, rule)).to.equal('held:underpaid');
  });

  it('is revoked by a refund, and stays not ours where it was not', () => {
    expect(says(erased('held', {}, { amount_refunded: 29_900 }), { events })).to.equal('revoked');
    expect(says(erased('foreign'), { events })).to.equal('foreign');
  });
});

describe('the second look at Razorpay', () => {
  const wanted = (payment: PaymentDoc, change: Partial<Surroundings> = {}) =>
    lookupWanted(payment, decide(payment, around(change), rules), change.attendee ?? null);

  it('is owed before a captured payment is called foreign or held for what an order or QR code may tell', () => {
    expect(wanted(paymentDoc({ notes: [] }))).to.equal('must');
    expect(wanted(paymentDoc({ notes: [], order_id: 'order_AAAAAAAAAAAAAA' }))).to.equal('must');
    expect(wanted(paymentDoc({ notes: { name: 'A', phone: '1' } }))).to.equal('must');
    expect(wanted(paymentDoc(), { events: [] })).to.equal('must');
  });

  it('is owed also when the money went back meanwhile: whose it was is told by its order or QR code', () => {
    const refunded = { notes: [], status: 'refunded', amount_refunded: 29_900 };
    expect(wanted(paymentDoc({ ...refunded, captured: true }))).to.equal('must');
    expect(wanted(paymentDoc({ ...refunded, captured: false }))).to.equal('no');
  });

  it('is owed before a ticket is made anew that was refunded after the payment last changed: a backup missed it', () => {
    const refunded = (revoked_at: Date) =>
      attendeeDoc({ live: false, ticket: { ...attendeeDoc().ticket, revoked_at, revoked_reason: 'refunded' } });
    const changed = paymentDoc().changed_by.at.getTime();
    expect(wanted(paymentDoc(), { attendee: refunded(new Date(changed + 1)) })).to.equal('must');
    expect(wanted(paymentDoc(), { attendee: refunded(new Date(changed - 1)) })).to.equal('no');
  });

  it('is worth a try before an event is guessed among several, or a mail has no address', () => {
    const guessing = { events: [eventDoc(), another({ status: 'closed' })] };
    const order = { order_id: 'order_AAAAAAAAAAAAAA' };
    expect(wanted(paymentDoc(order), guessing)).to.equal('may');
    expect(wanted(paymentDoc({ description: 'QRv2 Payment' }), guessing)).to.equal('may');
    expect(wanted(paymentDoc({ ...order, notes: { ...STUDENT, email: '' } }))).to.equal('may');
    expect(wanted(paymentDoc(), guessing)).to.equal('no');
    expect(wanted(paymentDoc(order))).to.equal('no');
    expect(wanted(paymentDoc({ ...order, notes: { ...STUDENT, event_id: '1' } }), guessing)).to.equal('no');
  });

  it('is had once, and not for what is not captured or was seen already', () => {
    expect(wanted(paymentDoc({ notes: [] }, { looked_up_at: new Date() }))).to.equal('no');
    expect(wanted(paymentDoc({ notes: [], status: 'failed', captured: false }))).to.equal('no');
    expect(wanted(paymentDoc({ notes: [] }, { qr: register({ id: 'qr_AAAAAAAAAAAAAA', notes: [] }) }))).to.equal('no');
    expect(
      wanted(
        paymentDoc(
          { notes: [], order_id: 'order_AAAAAAAAAAAAAA' },
          { order: register({ id: 'order_AAAAAAAAAAAAAA', notes: [] }) },
        ),
      ),
    ).to.equal('no');
  });

  it('is not had for what nobody may know any more, nor where it can change nothing', () => {
    expect(wanted(paymentDoc({ notes: [] }, { redacted_at: new Date() }))).to.equal('no');
    expect(wanted(paymentDoc({ amount: 1 }))).to.equal('no');
    expect(wanted(paymentDoc(), { seats: false })).to.equal('no');
    const guessing = { events: [eventDoc(), another({ status: 'closed' })] };
    const refunded = { order_id: 'order_AAAAAAAAAAAAAA', amount_refunded: 29_900 };
    expect(wanted(paymentDoc(refunded), guessing)).to.equal('no');
    expect(decide(paymentDoc(), around(), rules).reading.strippedButOurs).to.equal(false);
  });

  it('brings back what was stripped when a payment turns out to be ours', () => {
    const foreign = paymentDoc({ notes: [] }, { looked_up_at: new Date() });
    const stub = {
      ...foreign,
      payment: { ...(foreign.payment as NonNullable<PaymentDoc['payment']>), stripped: true },
    };
    expect(wanted(stub)).to.equal('no');
    expect(wanted({ ...stub, overrides: { ours: true } })).to.equal('must');
    const keys = {
      ...stub.payment,
      value: {
        ...stub.payment.value,
        notes: [
          { key: 'Name', value: '' },
          { key: 'USN', value: '' },
        ],
      },
    };
    expect(wanted({ ...stub, payment: keys })).to.equal('must');
    // New notes brought the payment back; its order is still bare.
    const order = { ...register({ id: 'order_AAAAAAAAAAAAAA', notes: [{ key: 'USN', value: '' }] }), stripped: true };
    expect(wanted(paymentDoc({}, { order, looked_up_at: new Date() }))).to.equal('must');
    expect(wanted(paymentDoc({ notes: { name: 'A' } }, { order, looked_up_at: new Date() }))).to.equal('must');
  });
});
