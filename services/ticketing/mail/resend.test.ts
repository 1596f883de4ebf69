/** A mail sent again is one that went out: whoever has it is told when its ticket is over. */
import { expect } from 'chai';
import type { AttendeeDoc, MailDoc } from '../../../shared/store/documents.ts';
import { attendeeDoc, eventDoc } from '../../../test/documents.ts';
import { type Desk, openDesk } from '../test/desk.ts';
import { settleMails } from './owe.ts';
import { allowance } from './pace.ts';
import { resendMails } from './resend.ts';

const ID = '7:ticket:1';
const BY = { by: 'asha', correlationId: 'c' };
const context = { domain: 'example.edu', correlationId: 'c', paidAt: null, corrected: false };

describe('a mail sent again', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk();
  });
  after(() => desk?.close());
  const sentAt = new Date(Date.now() - 5_000);
  beforeEach(async () => {
    await desk.lay({ attendees: [attendeeDoc()], events: [eventDoc()] });
    await settleMails(desk.store, attendeeDoc(), context, new Date(), true);
    await desk.store.mails.updateOne({ _id: ID }, { $set: { state: 'sent', to: 'asha@example.edu', sent_at: sentAt } });
  });

  const revoke = async () => {
    await desk.store.attendees.updateOne(
      { _id: 7 },
      { $set: { live: false, 'ticket.revoked_at': new Date(), 'ticket.revoked_reason': 'refunded' } },
    );
    const revoked = (await desk.store.attendees.findById(7).lean<AttendeeDoc>()) as AttendeeDoc;
    await settleMails(desk.store, revoked, context, new Date());
  };
  const states = async () =>
    (await desk.store.mails.find().sort({ _id: 1 }).lean()).map(({ kind, state }) => `${kind} ${state}`);

  it('still counts as sent, for the mail server’s limits, too', async () => {
    expect(await resendMails(desk.store, [ID], BY)).to.deep.equal({ owed: [ID], refused: [] });
    expect(await desk.store.mails.findById(ID).lean()).to.deep.include({ state: 'owed', sent_at: sentAt });
    expect(await allowance(desk.store, { perMinute: undefined, perDay: 5 })).to.equal(4);
  });

  it('gets its cancellation where the refund comes before it has gone out', async () => {
    await resendMails(desk.store, [ID], BY);
    await revoke();
    expect(await states()).to.deep.equal(['cancellation owed', 'ticket cancelled']);
  });

  it('is not one whose ticket is over: its cancellation still goes out, and may go out again', async () => {
    await revoke();
    const { owed, refused } = await resendMails(desk.store, [ID, '7:cancellation:1'], BY);
    expect(owed).to.deep.equal(['7:cancellation:1']);
    expect(refused).to.deep.equal([{ id: ID, reason: 'its ticket is not valid any more' }]);
    expect(await states()).to.deep.equal(['cancellation owed', 'ticket sent']);
  });

  const idAfter = async (change: Partial<MailDoc>) => {
    await desk.store.mails.updateOne({ _id: ID }, { $set: change });
    expect((await resendMails(desk.store, [ID], BY)).owed).to.deep.equal([ID]);
    return (await desk.store.mails.findById(ID).lean())?.message_id;
  };

  it('has another Message-ID where it may have arrived: mail systems show no second one of the same', async () => {
    const ids = [`<ticket.7.1.ticket@example.edu>`];
    for (const arrived of [{ state: 'sent' }, { state: 'owed' }, { state: 'failed', sent_at: null, unconfirmed: 1 }])
      ids.push(String(await idAfter(arrived as Partial<MailDoc>)));
    expect(new Set(ids).size).to.equal(4);
    for (const id of ids.slice(1)) expect(id).to.match(/^<ticket\.7\.1\.ticket\.r[0-9a-f]{8}@example\.edu>$/);
  });

  it('keeps it where it cannot have arrived', async () => {
    for (const state of ['owed', 'failed'] as const)
      expect(await idAfter({ state, sent_at: null }), state).to.equal('<ticket.7.1.ticket@example.edu>');
  });

  it('is not owed under its old one where no answer came to it at that very moment', async () => {
    await desk.store.mails.updateOne({ _id: ID }, { $set: { state: 'owed', sent_at: null } });
    const { attendees, mails } = desk.store;
    // Asked for between what is read of the mail and what is written.
    const find = (...asked: Parameters<typeof attendees.find>) => ({
      async lean() {
        await mails.updateOne({ _id: ID }, { $inc: { unconfirmed: 1 } });
        return attendees.find(...asked).lean();
      },
    });
    const amid = { ...desk.store, attendees: { find } } as unknown as Desk['store'];
    const { refused } = await resendMails(amid, [ID], BY);
    expect(refused).to.deep.equal([{ id: ID, reason: 'it changed at this very moment; look again' }]);
    expect((await resendMails(desk.store, [ID], BY)).owed).to.deep.equal([ID]);
  });
});
