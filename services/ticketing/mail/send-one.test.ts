/** One mail on a real store, with a mail server that refuses it: what stands where afterwards. */
import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import type { SendMailOptions } from 'nodemailer';
import { createLogger } from '../../../shared/log/index.ts';
import { NO_TEMPLATE } from '../../../shared/mail-template/template.ts';
import type { MailDoc } from '../../../shared/store/documents.ts';
import { attendeeDoc, eventDoc, STUDENT } from '../../../test/documents.ts';
import { type Desk, openDesk } from '../test/desk.ts';
import { mailBreaker } from './breaker.ts';
import { claimMail } from './claim.ts';
import { settleMails } from './owe.ts';
import { sendOne } from './send-one.ts';

const signingKey = generateKeyPairSync('ed25519').privateKey;

describe('a mail that the server refuses', () => {
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
  /** Sends the mail that is owed; the server answers by `refusal`. @returns its subject */
  async function send(refusal: (subject: string) => Refusal | null): Promise<string> {
    const { store } = desk;
    const { metrics } = desk.tools();
    let subject = '';
    const transport = {
      send: async (message: SendMailOptions) => {
        subject = String(message.subject);
        const refused = refusal(subject);
        if (refused) throw Object.assign(new Error(refused.response), { code: 'EMESSAGE', ...refused });
      },
      close: () => undefined,
    };
    const breaker = mailBreaker(transport, 60_000, log, metrics);
    await store.mails.updateMany({}, { $set: { due_at: new Date(0) } });
    const claimed = await claimMail(store);
    if (!claimed) throw new Error('no mail is due');
    await sendOne(
      { store, breaker, log, metrics, from: 'desk@example.edu', signingKey, publicUrl: undefined },
      claimed,
    );
    breaker.close();
    return subject;
  }

  it('keeps the server’s words beside itself, where erasing finds them; trail and log have the code alone', async () => {
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

  it('for what it says goes out in the default look: no ticket is kept back by an organiser’s words', async () => {
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
