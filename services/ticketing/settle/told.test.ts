/** What a payment tells of its student reaches the attendee and the mails, whatever became of the payment. */
import { expect } from 'chai';
import type { AttendeeDoc, MailDoc, PaymentDoc } from '../../../shared/store/documents.ts';
import { attendeeDoc, eventDoc, NOW, paymentDoc, STUDENT } from '../../../test/documents.ts';
import { decide } from '../decide/decide.ts';
import { settleMails } from '../mail/owe.ts';
import { type Desk, openDesk } from '../test/desk.ts';
import { claimPayment } from './claim.ts';
import { settle } from './settle.ts';
import { issueTicket } from './ticketed.ts';

const NEW = 'new@example.edu';
const { email: _mail, ...WITHOUT_ADDRESS } = STUDENT;

describe('what a payment tells of its student', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk();
  });
  after(() => desk?.close());

  const attendee = async () => (await desk.store.attendees.findOne().lean<AttendeeDoc>()) as AttendeeDoc;
  const mails = async () =>
    (await desk.store.mails.find().sort({ kind: 1 }).lean<MailDoc[]>()).map(({ kind, state }) => `${kind} ${state}`);

  /** Settles the payment of an attendee whose mails went out, and a cancellation failed where there is one. */
  async function settled(payment: PaymentDoc, before: AttendeeDoc) {
    await desk.lay({
      payments: [payment],
      attendees: [before],
      events: [eventDoc(), eventDoc({ _id: 2, status: 'cancelled' })],
    });
    const { store } = desk;
    const context = { domain: 'example.edu', correlationId: 'c', paidAt: null, corrected: false };
    await settleMails(store, { ...before, live: true }, context, new Date(0));
    await store.mails.updateMany({}, { $set: { state: 'sent', sent_at: new Date(), to: before.email } });
    if (!before.live) await settleMails(store, before, context, new Date(0));
    await store.mails.updateMany({ kind: 'cancellation' }, { $set: { state: 'failed', to: before.email } });
    const claimed = await claimPayment(store, payment._id);
    if (!claimed) throw new Error('nobody else settles it');
    return settle(desk.tools(), claimed.payment, claimed.claim);
  }

  it('reaches who has a good ticket also while the payment is held', async () => {
    const before = attendeeDoc();
    const moved = (details: object) => paymentDoc({}, { attendee_id: 7, overrides: { event_id: 2, details } });
    expect(await settled(moved({ email: NEW, section: 'B', roll_number: 'R9' }), before)).to.equal('held');
    const { changed_at: _, ...after } = await attendee();
    expect(after).to.deep.equal({
      ...before,
      details: { ...STUDENT, email: NEW, section: 'B', roll_number: 'R9' },
      email: NEW,
    });
    expect(await mails()).to.deep.equal(['ticket owed']);
    expect(await settled(moved({}), before)).to.equal('held');
    expect(await attendee(), 'nothing was corrected').to.deep.equal(before);
    expect(await mails()).to.deep.equal(['ticket sent']);
  });

  it('reaches whose ticket is over: the cancellation that failed goes to the corrected address', async () => {
    const { ticket } = attendeeDoc();
    const over = { ...ticket, revoked_at: new Date(), revoked_reason: 'refunded' as const };
    const refunded = { status: 'refunded', amount_refunded: 29_900 };
    const payment = paymentDoc(refunded, { attendee_id: 7, overrides: { details: { email: NEW } } });
    expect(await settled(payment, attendeeDoc({ live: false, ticket: over }))).to.equal('revoked');
    expect(await attendee()).to.include({ email: NEW, live: false });
    expect(await mails()).to.deep.equal(['cancellation owed', 'ticket sent']);
  });

  it('counts again where a correction was taken back, also where it tells nothing; the rest that was known stays', async () => {
    const before = attendeeDoc({
      details: { ...STUDENT, email: NEW, phone: '1', section: 'B', year_of_study: '2' },
      email: NEW,
    });
    const back = { attendee_id: 7, overrides: { details: { email: '', phone: '', section: '' } } };
    await settled(paymentDoc({}, back), before);
    expect(await attendee()).to.deep.include({ details: { ...STUDENT, year_of_study: '2' }, email: STUDENT.email });
    expect(await mails(), 'it went elsewhere').to.deep.equal(['ticket owed']);
    await settled(paymentDoc({ notes: WITHOUT_ADDRESS }, back), before);
    expect(await attendee()).to.deep.include({ details: { ...WITHOUT_ADDRESS, year_of_study: '2' }, email: null });
    const { name, ...nameless } = STUDENT;
    await settled(paymentDoc({ notes: nameless }, { attendee_id: 7, overrides: { details: { name: '' } } }), before);
    expect((await attendee()).details, 'a ticket is somebody’s').to.include({ name });
    await settled(paymentDoc({ notes: WITHOUT_ADDRESS }, { attendee_id: 7 }), before);
    expect(await attendee(), 'notes that were emptied').to.deep.include({ email: NEW });
    expect(await mails()).to.deep.equal(['ticket sent']);
  });

  it('reads the same whatever was told first', async () => {
    const { college_name, department, ...rest } = STUDENT;
    const fields = async (known: object) => {
      await settled(paymentDoc({}, { attendee_id: 7 }), attendeeDoc({ details: known }));
      return JSON.stringify((await attendee()).details);
    };
    expect(await fields({ department, college_name })).to.equal(await fields(rest));
  });

  it('does not overwrite what the desk corrects in the moment in which the payment adopts its attendee', async () => {
    const before = attendeeDoc({ payment_id: null });
    await desk.lay({ attendees: [before], events: [eventDoc()], payments: [paymentDoc()] });
    const tools = desk.tools();
    const around = { events: [eventDoc()], attendee: null, twins: [before], seats: true, now: NOW };
    const decision = decide(paymentDoc(), around, tools.rules);
    if (decision.outcome.kind !== 'ticketed' || !decision.outcome.adopt) throw new Error('it adopts');
    const adopt = () =>
      issueTicket(tools, paymentDoc(), decision, decision.outcome as never, null, new Date()).then(({ kind }) => kind);
    for (const change of [{ 'details.section': 'B' }, { email: NEW }]) {
      await desk.store.attendees.updateOne({}, { $set: change });
      expect(await adopt(), JSON.stringify(change)).to.equal('again');
      await desk.store.attendees.updateOne({}, { $set: { details: before.details, email: before.email } });
    }
    expect(await adopt()).to.equal('attendee');
  });
});
