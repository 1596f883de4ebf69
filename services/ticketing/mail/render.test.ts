import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { DEFAULTS, type MailTemplate, NO_TEMPLATE } from '../../../shared/mail-template/template.ts';
import type { EventDoc, MailDoc, TicketEndReason } from '../../../shared/store/documents.ts';
import { signTicket } from '../../../shared/ticket/token.ts';
import { attendeeDoc, eventDoc, STUDENT } from '../../../test/documents.ts';
import { png } from '../../../test/pictures.ts';
import { readQr } from '../../../test/qr.ts';
import { readSender } from '../sender.ts';
import { lookOf } from './look.ts';
import { renderMail, type Style } from './render.ts';

const envelope = {
  from: readSender('Fest Desk <tickets@example.edu>'),
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
const render = async (
  kind: MailDoc['kind'],
  attendee = {},
  event: Partial<EventDoc> = {},
  style?: Style,
  issue = 1,
) => {
  const its = { ...mail(kind), issue };
  const { text, html, ...rest } = await renderMail(its, attendeeDoc(attendee), eventDoc(event), envelope, style);
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

describe('a mail in its event’s own look', () => {
  const styled = (template: Partial<MailTemplate>, trial: Style['trial'] = null): Style => {
    const { look, faults } = lookOf({ ...NO_TEMPLATE, ...template });
    expect(faults).to.deep.equal([]);
    return { look, trial };
  };
  const names = ({ attachments = [] }: Awaited<ReturnType<typeof render>>) =>
    attachments.map(({ filename }) => filename);

  it('says the organiser’s texts, with what the placeholders stand for', async () => {
    const style = styled({
      subject: '{{event}}: see you, {{ name }}!',
      greeting: 'Namaste {{name}},',
      above: 'Gate 2, {{venue}}.\n\nBring {{roll_number}} & a <smile>.',
      below: 'After-party: {{date}}',
      footer: 'Call Meera: 98000 00003',
    });
    const { text, html, subject } = await render('ticket', {}, { name: 'Aurora', venue: 'Main Hall' }, style);
    expect(subject).to.equal('Aurora: see you, Asha Rao!');
    expect(text).to.match(/^Namaste Asha Rao,\n\nGate 2, Main Hall\.\n\nBring 21CS042 & a <smile>\.\n\n {4}Aurora/);
    expect(html).to.include('Namaste <bdi>Asha Rao</bdi>,');
    expect(html).to.include('Gate 2, <bdi>Main Hall</bdi>.<br><br>Bring <bdi>21CS042</bdi> &amp; a &lt;smile&gt;.');
    for (const part of [text, html]) {
      expect(part).to.include('After-party: ').and.include('Call Meera: 98000 00003');
      expect(part).to.not.include('Your payment has arrived').and.not.include('Hello');
      expect(part, 'what the door needs stays').to.include('keep it to yourself');
    }
  });

  it('shows hostile values and texts as text, in HTML and in the subject', async () => {
    const name = '<script>alert(1)</script> {{event}} {{#with this}}';
    const style = styled({ subject: 'For {{name}}', above: '<b onclick="x">{{name}}</b> {{event}}' });
    const event = { name: 'A\r\nBcc: x@y.zz <i>' };
    const { html, text, subject } = await render('ticket', { details: { ...STUDENT, name } }, event, style);
    expect(subject).to.equal(`For ${name}`);
    expect(html)
      .to.include('&lt;b onclick&#x3D;&quot;x&quot;&gt;<bdi>&lt;script&gt;')
      .and.not.match(/<script|<b |<i>/);
    expect(text).to.include(`<b onclick="x">${name}</b> A Bcc: x@y.zz <i>`);
    const arabic = await render(
      'ticket',
      { details: { ...STUDENT, name: 'عائشة' } },
      {},
      styled({ subject: '{{name}}: 1' }),
    );
    expect(arabic.subject, 'kept apart').to.equal('\u2068عائشة\u2069: 1');
  });

  it('falls back to the usual words where a text comes out empty, and keeps what must be said', async () => {
    const style = styled({ subject: '{{venue}}', greeting: ' {{venue}} ', above: '' });
    const { subject, text } = await render('ticket', {}, { name: 'Aurora', venue: null }, style, 2);
    expect(subject).to.equal('Your ticket: Aurora');
    expect(text).to.match(/^Hello Asha Rao,\n\nThis ticket replaces the one you got before/);
    expect(text).to.not.include('payment has arrived');
    const own = await render('ticket', {}, {}, styled({ above: 'Own words.' }), 2);
    for (const part of [own.text, own.html]) expect(part).to.include('This ticket replaces').and.include('Own words.');
  });

  it('has its colours and its logo, which is carried along and never fetched, in both kinds', async () => {
    const logo = png(600, 100).toString('base64');
    const style = styled({ colour: '#ffd400', text_colour: '#222222', logo });
    const ticket = await render('ticket', {}, {}, style);
    const cancelled = await render('cancellation', { live: false }, {}, style);
    for (const one of [ticket, cancelled]) {
      expect(one.html).to.include('background:#ffd400;color:#222222;');
      expect(one.html).to.include('<img src="cid:logo@qrflow" width="240" height="40" alt=""');
      expect(one.html).to.not.match(/https?:/);
      const [attached] = (one.attachments ?? []).filter(({ cid }) => cid === 'logo@qrflow');
      expect(attached).to.include({ filename: 'logo.png', contentType: 'image/png', contentDisposition: 'inline' });
      expect(Buffer.from(attached?.content as Buffer).toString('base64')).to.equal(logo);
    }
    expect(names(ticket)).to.deep.equal(['qr.png', 'logo.png', 'ticket-1-7.png', 'event.ics']);
    expect(names(await render('ticket'))).to.deep.equal(['qr.png', 'ticket-1-7.png', 'event.ics']);
    expect(cancelled.subject).to.match(/^Ticket cancelled: /);
  });

  it('as a test says so, and its code is no ticket’s', async () => {
    const look = styled({ subject: 'Hi' }).look;
    const test = await render('ticket', {}, {}, { look, trial: 'test' });
    expect(test.subject).to.equal('[Test] Hi');
    for (const part of [test.text, test.html])
      expect(part)
        .to.match(/this is a test/i)
        .and.include('opens no door');
    const linked = { ...envelope, publicUrl: 'https://tickets.example.edu' };
    const parts = [mail('ticket'), attendeeDoc(), eventDoc(), linked] as const;
    const html = String((await renderMail(...parts, { look, trial: 'test' })).html);
    expect(html, 'no token in its link either').to.include('/ticket/test"').and.not.include('eyJ');
    const preview = await render('ticket', {}, {}, { look, trial: 'preview' });
    for (const part of [preview.text, preview.html]) expect(part).to.not.match(/this is a test/i);
    const real = await render('ticket', {}, {}, { look, trial: null });
    const qr = ({ attachments }: typeof test) => readQr(attachments?.[0]?.content as Buffer);
    for (const one of [test, preview]) expect(qr(one)).to.equal('QRFlow test mail: this code opens no door.');
    expect(qr(real)).to.match(/^eyJ/);
  });

  it('that is broken in the store is the default, whatever is wrong with it', async () => {
    const usual = await render('ticket');
    const broken: Record<string, unknown>[] = [
      { above: '{{#each this}}' },
      { subject: 5 },
      { colour: 'red;}' },
      { colour: '#ffffff' },
      { logo: 'PHN2Zz4=' },
      { greeting: { $gt: '' } },
    ];
    for (const change of broken) {
      const { look, faults } = lookOf({ ...NO_TEMPLATE, footer: 'Mine', ...change } as MailTemplate);
      expect(faults, JSON.stringify(change)).to.not.deep.equal([]);
      const mail = await render('ticket', {}, {}, { look, trial: null });
      expect([mail.subject, mail.html, mail.text]).to.deep.equal([usual.subject, usual.html, usual.text]);
    }
    const stated = lookOf({ ...NO_TEMPLATE, ...DEFAULTS }).look;
    expect((await render('ticket', {}, {}, { look: stated, trial: null })).html).to.equal(usual.html);
  });
});
