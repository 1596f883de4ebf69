import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import type { EventDoc, MailDoc, TicketEndReason } from '../../../shared/store/documents.ts';
import { signTicket } from '../../../shared/ticket/token.ts';
import { attendeeDoc, eventDoc, STUDENT } from '../../../test/documents.ts';
import { renderMail } from './render.ts';

const envelope = {
  from: 'Fest Desk <tickets@example.edu>',
  signingKey: generateKeyPairSync('ed25519').privateKey,
  publicUrl: undefined as string | undefined,
};
const mail = (kind: MailDoc['kind']) =>
  ({
    kind,
    issue: 1,
    ticket_id: 'ticket',
    payment_id: 'pay_AAAAAAAAAAAAAA',
    message_id: '<m@example.edu>',
    correlation_id: 'c',
  }) as MailDoc;
const render = async (kind: MailDoc['kind'], attendee = {}, event: Partial<EventDoc> = {}) => {
  const { text, html, ...rest } = await renderMail(mail(kind), attendeeDoc(attendee), eventDoc(event), envelope);
  return { text: String(text), html: String(html), ...rest };
};

describe('a mail', () => {
  it('tells in HTML and in plain text what, when, where, who and how to get in', async () => {
    const event = {
      name: 'Aurora',
      venue: 'Main Hall',
      date: new Date('2026-12-20T12:30:00Z'),
      doors_open_at: new Date('2026-12-20T11:30:00Z'),
      description: 'Bring a laptop.',
    };
    const { text, html, subject } = await render('ticket', {}, event);
    expect(subject).to.equal('Your ticket: Aurora');
    for (const part of [
      'Aurora',
      'Main Hall',
      '20 December 2026',
      '6:00',
      '5:00',
      'Asha Rao',
      '21CS042',
      'Example Institute',
      'pay_AAAAAAAAAAAAAA',
      'Bring a laptop.',
      'opens the door',
    ]) {
      expect(text).to.include(part);
      expect(html).to.include(part);
    }
  });

  it('is readable without what an event or a student does not say', async () => {
    const { text, html } = await render('ticket', { details: { name: 'Asha' } });
    for (const missing of ['undefined', 'null', 'College', 'Doors open']) expect(text + html).to.not.include(missing);
    expect(text).to.not.match(/\n{3}/);
  });

  it('links to the ticket’s page, where people’s address of it is known', async () => {
    const token = await signTicket({ ticket: 'ticket', event: eventDoc()._id }, envelope.signingKey);
    const link = `https://tickets.example.edu/ticket/${token}`;
    for (const publicUrl of ['https://tickets.example.edu', 'https://tickets.example.edu/']) {
      const message = await renderMail(mail('ticket'), attendeeDoc(), eventDoc(), { ...envelope, publicUrl });
      expect(String(message.text).split('\n')).to.include(link);
      expect(String(message.html)).to.include(`href="${link}"`);
      const cancelled = await renderMail(mail('cancellation'), attendeeDoc(), eventDoc(), { ...envelope, publicUrl });
      expect(`${cancelled.text}${cancelled.html}`).to.not.include('/ticket/');
    }
    const { text, html } = await render('ticket');
    expect(text + html).to.not.include('/ticket/');
    expect(text).to.not.match(/\n{3}/);
  });

  it('shows hostile names as text, in HTML and in headers', async () => {
    const name = '<img src=x onerror=alert(1)> {{constructor}}';
    const { html, text, to } = await render(
      'ticket',
      { details: { ...STUDENT, name } },
      { name: 'A & B\r\nBcc: x@y.zz' },
    );
    expect(html).to.include('&lt;img src&#x3D;x').and.not.include('<img src=x');
    expect(text).to.include(name);
    expect(to).to.deep.equal({ name, address: 'asha@example.edu' });
  });

  it('says of a cancellation why: refunded, replaced, or neither', async () => {
    const ended = (revoked_reason: TicketEndReason) => ({
      ...attendeeDoc().ticket,
      revoked_at: new Date(),
      revoked_reason,
    });
    const refunded = await render('cancellation', { live: false, ticket: ended('refunded') });
    expect(refunded.text).to.include('was refunded').and.not.include('new ticket');
    const current = { ...attendeeDoc().ticket, id: 'another', issue: 2 };
    const replaced = await render('cancellation', { ticket: current, past_tickets: [ended('reassigned')] });
    expect(replaced.text).to.include('new ticket').and.not.include('refunded');
    const byHand = await render('cancellation', { live: false, ticket: ended('by_hand') });
    for (const part of [byHand.text, byHand.html])
      expect(part).to.not.include('new ticket').and.not.include('refunded');
    expect(byHand).to.not.have.property('attachments');
  });
});
