/** One mail on a real store, with a mail server that refuses it: what stands where afterwards. */
import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { createLogger } from '../../../shared/log/index.ts';
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

  it('keeps the server’s words beside itself, where erasing finds them; trail and log have the code alone', async () => {
    const { store } = desk;
    await desk.lay({ attendees: [attendeeDoc()], events: [eventDoc()] });
    const context = { domain: 'example.edu', correlationId: 'c', paidAt: null, corrected: false };
    await settleMails(store, attendeeDoc(), context, new Date(0), true);
    const said: string[] = [];
    const log = createLogger('test', 'info', false, { write: (line) => said.push(line) });
    const { metrics } = desk.tools();
    const refusal = {
      ...{ code: 'EENVELOPE', command: 'RCPT TO', responseCode: 550 },
      response: `550 5.1.1 ${STUDENT.name} left in spring`,
    };
    const transport = {
      send: async () => {
        throw Object.assign(new Error(refusal.response), refusal);
      },
      close: () => undefined,
    };
    const breaker = mailBreaker(transport, 60_000, log, metrics);
    const claimed = await claimMail(store);
    if (!claimed) throw new Error('no mail is due');
    await sendOne(
      { store, breaker, log, metrics, from: 'desk@example.edu', signingKey, publicUrl: undefined },
      claimed,
    );
    breaker.close();
    const mail = (await store.mails.findOne().lean<MailDoc>()) as MailDoc;
    expect(mail).to.deep.include({ state: 'failed' });
    expect(mail.error?.text).to.equal(refusal.response);
    expect(mail.trail?.map(({ action, facts }) => [action, facts])).to.deep.equal([
      ['mail.failed', { kind: 'ticket', fault: 'address', reason: '550 5.1.1', attempts: 1 }],
    ]);
    expect(said.join()).to.include('550 5.1.1').and.not.include(STUDENT.name);
  });
});
