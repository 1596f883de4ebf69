/** A mail that is looked at: as it would go out, and to nobody who sees its event a way to somebody at another one. */
import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import type { MailDoc } from '../../../shared/store/documents.ts';
import { attendeeDoc, eventDoc, STUDENT } from '../../../test/documents.ts';
import { readSender } from '../sender.ts';
import { type Desk, openDesk } from '../test/desk.ts';
import { settleMails } from './owe.ts';
import { previewMail } from './preview.ts';

const ENVELOPE = {
  from: readSender('tickets@example.edu'),
  signingKey: generateKeyPairSync('ed25519').privateKey,
  publicUrl: undefined,
};

describe('a mail that is looked at', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk();
  });
  after(() => desk?.close());

  it('tells nothing of who was moved to another event since, but the address that it went to', async () => {
    const attendee = attendeeDoc();
    await desk.lay({ events: [eventDoc(), eventDoc({ _id: 2, slug: null })], attendees: [attendee] });
    const context = { domain: 'example.edu', correlationId: 'c', paidAt: null, corrected: false };
    await settleMails(desk.store, attendee, context, new Date());
    await desk.store.mails.updateMany({}, { $set: { to: 'before@example.edu' } });
    const { _id } = (await desk.store.mails.findOne().lean<MailDoc>()) as MailDoc;
    const look = () => previewMail(desk.store, _id, ENVELOPE);
    const here = await look();
    expect([here.to, here.text.includes(STUDENT.name), here.text.includes(STUDENT.roll_number)]).to.deep.equal([
      ...[attendee.email, true, true],
    ]);
    await desk.store.attendees.updateOne({}, { $set: { event_id: 2, email: 'after@example.edu' } });
    const moved = await look();
    expect(moved.to).to.equal('before@example.edu');
    for (const told of [STUDENT.name, STUDENT.roll_number, 'after@'])
      expect(moved.html + moved.text, told).to.not.contain(told);
  });
});
