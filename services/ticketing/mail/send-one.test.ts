/** One mail on a real store, and what a mail server may do with it: what stands where afterwards. */
import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import type { SendMailOptions } from 'nodemailer';
import { createLogger } from '../../../shared/log/index.ts';
import { NO_TEMPLATE } from '../../../shared/mail-template/template.ts';
import type { AttendeeDoc, MailDoc } from '../../../shared/store/documents.ts';
import { attendeeDoc, eventDoc, STUDENT } from '../../../test/documents.ts';
import { reclaimMails } from '../recovery/mails.ts';
import { readSender } from '../sender.ts';
import { type Desk, openDesk } from '../test/desk.ts';
import { mailBreaker } from './breaker.ts';
import { claimMail } from './claim.ts';
import { settleMails } from './owe.ts';
import { resendMails } from './resend.ts';
import { sendOne } from './send-one.ts';
import { MailUnconfirmed } from './transport.ts';

const signingKey = generateKeyPairSync('ed25519').privateKey;

describe('a mail', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk();
  });
  after(() => desk?.close());

  const said: string[] = [];
  const log = createLogger('test', 'info', false, { write: (line) => said.push(line) });
  const context = { domain: 'example.edu', correlationId: 'c', paidAt: null, corrected: false };
  const stored = async () => (await desk.store.mails.findOne().lean<MailDoc>()) as MailDoc;
  beforeEach(async () => {
    said.length = 0;
    await desk.lay({ attendees: [attendeeDoc()], events: [eventDoc()] });
    await desk.store.mailTemplates.deleteMany({});
    await settleMails(desk.store, attendeeDoc(), context, new Date(0), true);
  });

  interface Refusal {
    responseCode: number;
    command: string;
    response: string;
  }
  /** Where the last one went, and as what. */
  let to = '';
  let messageId = '';
  /** Sends the mail that is owed; the server answers by `refusal`. @returns its subject */
  async function send(refusal: (subject: string) => Refusal | null | Promise<Refusal | null>): Promise<string> {
    const { store } = desk;
    const { metrics } = desk.tools();
    let subject = '';
    const transport = {
      send: async (message: SendMailOptions) => {
        subject = String(message.subject);
        to = (message.to as { address: string }).address;
        messageId = String(message.messageId);
        const refused = await refusal(subject);
        if (refused) throw Object.assign(new Error(refused.response), { code: 'EMESSAGE', ...refused });
      },
      close: () => undefined,
    };
    const breaker = mailBreaker(transport, 60_000, log, metrics);
    await store.mails.updateMany({}, { $set: { due_at: new Date(0) } });
    const claimed = await claimMail(store);
    if (!claimed) throw new Error('no mail is due');
    await sendOne(
      { store, breaker, log, metrics, from: readSender('desk@example.edu'), signingKey, publicUrl: undefined },
      claimed,
    );
    breaker.close();
    return subject;
  }

  const correctTo = async (email: string) => {
    await desk.store.attendees.updateOne({}, { $set: { email } });
    const attendee = (await desk.store.attendees.findOne().lean<AttendeeDoc>()) as AttendeeDoc;
    await settleMails(desk.store, attendee, { ...context, corrected: true }, new Date());
    return null;
  };

  it('goes out once more to an address that was corrected while the server took it', async () => {
    await send(() => correctTo('new@example.edu'));
    expect(await stored()).to.deep.include({ state: 'owed', to: STUDENT.email, lease: null, attempts: 0 });
    expect((await stored()).sent_at).to.be.a('date');
    await send(() => null);
    expect(to).to.equal('new@example.edu');
    expect(await stored()).to.deep.include({ state: 'sent', to: 'new@example.edu' });
    await resendMails(desk.store, [(await stored())._id], { by: 'asha', correlationId: 'c' });
    await send(() => correctTo('new@example.edu'));
    expect(await stored(), 'to where it went anyway').to.deep.include({ state: 'sent', to: 'new@example.edu' });
    expect((await stored()).trail?.map(({ action }) => action)).to.deep.equal(['mail.sent', 'mail.sent', 'mail.sent']);
  });

  it('has another Message-ID each time it is sent on purpose, and the same when it is tried again', async () => {
    const { store } = desk;
    const ids: string[] = [];
    const refusal = { command: 'RCPT TO', responseCode: 450, response: '450 later' };
    await send(() => refusal);
    const first = messageId;
    await send(() => {
      throw new MailUnconfirmed('no answer');
    });
    expect(messageId, 'after a refusal').to.equal(first);
    await store.mails.updateMany({}, { $set: { state: 'sending', lease: { token: 'gone', until: new Date(0) } } });
    await reclaimMails(desk.tools());
    await send(() => null);
    expect(messageId, 'after no answer, and after its sender died').to.equal(first);
    await resendMails(store, [(await stored())._id], { by: 'asha', correlationId: 'c' });
    await send(() => correctTo('new@example.edu'));
    ids.push(messageId);
    await send(() => null);
    ids.push(messageId);
    expect(to, 'corrected while it was sent').to.equal('new@example.edu');
    await correctTo('newer@example.edu');
    await send(() => null);
    ids.push(messageId);
    expect(to, 'corrected after it was sent').to.equal('newer@example.edu');
    expect(new Set([first, ...ids]).size, [first, ...ids].join()).to.equal(4);
  });

  it('whose address is corrected while the server refuses it goes to the new one, whatever the refusal said', async () => {
    for (const responseCode of [550, 450]) {
      const refusal = { command: 'RCPT TO', responseCode, response: `${responseCode} no` };
      const email = `after${responseCode}@example.edu`;
      await send(async () => {
        await correctTo(email);
        return refusal;
      });
      const mail = await stored();
      expect(mail, `after ${responseCode}`).to.deep.include({ state: 'owed', lease: null, attempts: 0, error: null });
      expect(mail.due_at.getTime()).to.be.at.most(Date.now());
      await send(() => refusal);
      expect(to).to.equal(email);
      expect((await stored()).state, 'refused there, too').to.equal(responseCode === 550 ? 'failed' : 'owed');
      await resendMails(desk.store, [mail._id], { by: 'asha', correlationId: 'c' });
    }
  });

  it('of a ticket that is revoked while the server refuses it for good is nobody’s to look after', async () => {
    const refusal = { command: 'RCPT TO', responseCode: 550, response: '550 no' };
    await send(async () => {
      await desk.store.attendees.updateOne({}, { $set: { live: false, 'ticket.revoked_at': new Date() } });
      const attendee = (await desk.store.attendees.findOne().lean<AttendeeDoc>()) as AttendeeDoc;
      await settleMails(desk.store, attendee, context, new Date());
      return refusal;
    });
    expect((await desk.store.mails.find({ kind: 'ticket' }).lean()).map(({ state }) => state)).to.deep.equal([
      'cancelled',
    ]);
  });

  it('that rests because of its address goes out at once when that is corrected, and only then', async () => {
    const refusal = { command: 'RCPT TO', responseCode: 450, response: '450 later' };
    for (let tries = 0; tries < 8; tries++) await send(() => refusal);
    const attendee = (await desk.store.attendees.findOne().lean<AttendeeDoc>()) as AttendeeDoc;
    const rests = await stored();
    expect(rests.due_at.getTime()).to.be.above(Date.now() + 3_600_000);
    await settleMails(desk.store, attendee, { ...context, corrected: true }, new Date());
    expect(await stored(), 'the same address').to.deep.equal(rests);
    await correctTo('new@example.edu');
    const { due_at, ...mail } = await stored();
    expect(due_at.getTime()).to.be.at.most(Date.now());
    expect(mail).to.deep.include({ state: 'owed', attempts: 0, error: null });
  });

  it('whose sender dies while its address is corrected goes to the new one', async () => {
    await claimMail(desk.store);
    await correctTo('new@example.edu');
    await desk.store.mails.updateMany({}, { $set: { 'lease.until': new Date(0) } });
    await reclaimMails(desk.tools());
    await send(() => null);
    expect(to).to.equal('new@example.edu');
    expect(await stored()).to.deep.include({ state: 'sent', to: 'new@example.edu' });
  });

  it('that the server takes without a word is tried three times more, whatever other faults come in between', async () => {
    const silent = async (): Promise<null> => {
      throw new MailUnconfirmed('no answer');
    };
    const away = async (): Promise<null> => {
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNECTION' });
    };
    for (let tries = 1; tries <= 3; tries++) {
      await send(silent);
      expect(await stored(), `try ${tries}`).to.include({ state: 'owed', unconfirmed: tries });
      await send(away);
    }
    await send(silent);
    expect(await stored()).to.include({ state: 'failed', unconfirmed: 4 });
    await resendMails(desk.store, [(await stored())._id], { by: 'asha', correlationId: 'c' });
    await send(silent);
    expect(await stored(), 'asked for anew').to.include({ state: 'owed', unconfirmed: 5 });
  });

  it('that the server refuses keeps its words beside itself, where erasing finds them; trail and log have the code alone', async () => {
    const response = `550 5.1.1 ${STUDENT.name} left in spring`;
    await send(() => ({ command: 'RCPT TO', responseCode: 550, response }));
    const mail = await stored();
    expect(mail).to.deep.include({ state: 'failed' });
    expect(mail.error?.text).to.equal(response);
    expect(mail.trail?.map(({ action, facts }) => [action, facts])).to.deep.equal([
      ['mail.failed', { kind: 'ticket', fault: 'address', reason: '550 5.1.1', attempts: 1 }],
    ]);
    expect(said.join()).to.include('550 5.1.1').and.not.include(STUDENT.name);
  });

  it('that the server refuses for what it says goes out in the default look: no ticket is kept back by an organiser’s words', async () => {
    await desk.store.mailTemplates.create({
      ...{ ...NO_TEMPLATE, _id: 1, subject: 'FREE MONEY at {{event}}' },
      ...{ updated_at: new Date(), updated_by: 'meera' },
    });
    const spam = (command: string) => (subject: string) =>
      subject.includes('FREE') ? { command, responseCode: 554, response: '554 5.7.1 spam' } : null;
    expect(await send(spam('RCPT TO'))).to.equal('FREE MONEY at Fest');
    expect(await send(spam('DATA')), 'nothing of it was read yet').to.equal('FREE MONEY at Fest');
    expect(await stored()).to.include({ state: 'owed', attempts: 0 });
    expect(await send(spam('DATA'))).to.equal('Your ticket: Fest');
    expect(await stored()).to.include({ state: 'sent', error: null });
    expect(said.join()).to.include('sent in the default look');
  });
});
