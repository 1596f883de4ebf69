import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { simpleParser } from 'mailparser';
import { createTransport } from 'nodemailer';
import { loadConfig } from '../../shared/config/index.ts';
import type { MailDoc } from '../../shared/store/documents.ts';
import { attendeeDoc, eventDoc } from '../../test/documents.ts';
import { ticketingSettings } from './config.ts';
import { renderMail } from './mail/render.ts';
import { readSender, writtenSender } from './sender.ts';

const { MAIL_FROM } = ticketingSettings;
const sender = (text: string) => loadConfig({ MAIL_FROM }, { MAIL_FROM: text }).MAIL_FROM;
const signingKey = generateKeyPairSync('ed25519').privateKey;
const mail = {
  kind: 'cancellation',
  issue: 1,
  ticket_id: 'ticket',
  payment_id: null,
  message_id: '<m@example.edu>',
  correlation_id: 'c',
} as MailDoc;

/** Whom a student’s mail program shows, and whom the mail server is told. */
async function shownBy(text: string) {
  const envelope = { from: readSender(writtenSender(sender(text))), signingKey, publicUrl: undefined };
  const message = await renderMail(mail, attendeeDoc(), eventDoc(), envelope);
  const sent = await createTransport({ streamTransport: true, buffer: true }).sendMail(message);
  const { from } = await simpleParser(sent.message as Buffer);
  return { header: from?.value, envelope: sent.envelope.from };
}

describe('MAIL_FROM', () => {
  it('is in the header of a mail what it is in the settings, whatever the name holds', async () => {
    const address = 'tickets@example.edu';
    for (const [text, name] of [
      [address, ''],
      [`<${address}>`, ''],
      [` Fest Desk  < ${address} > `, 'Fest Desk'],
      [`Aurora 2026: Tickets <${address}>`, 'Aurora 2026: Tickets'],
      [`Fête (2026) <${address}>`, 'Fête (2026)'],
      [`A & B; Co <${address}>`, 'A & B; Co'],
      [`A, B <${address}>`, 'A, B'],
      [`"A, B" <${address}>`, 'A, B'],
      [`"The \\"Fest\\" <2026>" <${address}>`, 'The "Fest" <2026>'],
      [`Team @aurora.example <${address}>`, 'Team @aurora.example'],
      [`उत्सव टिकट <${address}>`, 'उत्सव टिकट'],
    ] as const)
      expect(await shownBy(text), text).to.deep.equal({ header: [{ name, address }], envelope: address });
    expect(writtenSender(sender('"Fest Desk" <desk@example.edu>'))).to.equal('Fest Desk <desk@example.edu>');
  });

  it('is refused where no header could be made of it, with what is wrong', () => {
    for (const [text, fault] of [
      ['Fest Desk <t@example.edu', 'must be an address, alone or as Name <address>'],
      ['Fest Desk t@example.edu>', 'must be an address, alone or as Name <address>'],
      ['Fest <Desk> <t@example.edu>', 'must be an address, alone or as Name <address>'],
      ['A <a@example.edu>, B <b@example.edu>', 'must be an address, alone or as Name <address>'],
      ['Fest Desk <>', 'has no address in its brackets'],
      ['Fest Desk', '"Fest Desk" is no mail address'],
      ['Fest Desk <tickets>', '"tickets" is no mail address'],
      ['a@example.edu, b@example.edu', '"a@example.edu, b@example.edu" is no mail address'],
      ['Fest\nBcc: x <t@example.edu>', 'holds a line end or another control character'],
      ['Fest\tDesk <t@example.edu>', 'holds a line end or another control character'],
    ] as const)
      expect(() => sender(text), text)
        .to.throw()
        .with.deep.property('faults', [`MAIL_FROM: ${fault}`]);
  });
});
