/** A mail as the student gets it: HTML for a phone, the same in plain text, QR inline and attached, calendar file. */

import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Handlebars from 'handlebars';
import type { SendMailOptions } from 'nodemailer';
import type { AttendeeDoc, EventDoc, MailDoc } from '../../../shared/store/documents.ts';
import { isolated, oneLine, paragraphs } from '../../../shared/text.ts';
import { calendarFile } from '../../../shared/ticket/calendar.ts';
import { ticketLink } from '../../../shared/ticket/link.ts';
import { ticketQr } from '../../../shared/ticket/qr.ts';
import { signTicket } from '../../../shared/ticket/token.ts';

const source = (name: string): string => readFileSync(new URL(`./templates/${name}.hbs`, import.meta.url), 'utf8');
const html = (name: string) => Handlebars.compile(source(`${name}.html`), { strict: true });
/** Plain text: what people typed must not be escaped as HTML. */
const text = (name: string) => Handlebars.compile(source(`${name}.txt`), { strict: true, noEscape: true });

const TEMPLATES = {
  ticket: { html: html('ticket'), text: text('ticket') },
  cancellation: { html: html('cancellation'), text: text('cancellation') },
};

const QR_CID = 'ticket-qr@qrflow';

const when = (date: Date, timeZone: string): string =>
  new Intl.DateTimeFormat('en-IN', { dateStyle: 'full', timeStyle: 'short', timeZone }).format(date);
const clock = (date: Date, timeZone: string): string =>
  new Intl.DateTimeFormat('en-IN', { timeStyle: 'short', timeZone }).format(date);

function view(mail: MailDoc, attendee: AttendeeDoc, event: EventDoc, link: string) {
  const { timezone } = event;
  const { details } = attendee;
  const ended = [attendee.ticket, ...attendee.past_tickets].find(({ id }) => id === mail.ticket_id);
  return {
    event: oneLine(event.name),
    name: oneLine(details.name ?? '') || 'there',
    when: when(event.date, timezone),
    ends: event.ends_at ? when(event.ends_at, timezone) : '',
    timezone,
    venue: oneLine(event.venue ?? ''),
    description: paragraphs(event.description ?? ''),
    doors: event.doors_open_at ? clock(event.doors_open_at, timezone) : '',
    doorsClose: event.doors_close_at ? clock(event.doors_close_at, timezone) : '',
    roll: oneLine(details.roll_number ?? ''),
    college: oneLine(details.college_name ?? ''),
    department: oneLine(details.department ?? ''),
    reference: mail.payment_id ?? '',
    number: `${event._id}-${attendee._id}`,
    qr: `cid:${QR_CID}`,
    link,
    replaces: mail.issue > 1,
    replaced: attendee.live,
    refunded: !attendee.live && ended?.revoked_reason === 'refunded',
  };
}

/** What people typed, fit to stand in a line of plain text. */
const TYPED = ['event', 'name', 'venue', 'roll', 'college', 'department'] as const;
const inPlainText = (context: ReturnType<typeof view>) => ({
  ...context,
  ...Object.fromEntries(TYPED.map((field) => [field, isolated(context[field])])),
});

export interface Envelope {
  from: string;
  signingKey: KeyObject;
  /** Where people reach the gateway; unknown: a mail has no link to its ticket. */
  publicUrl: string | undefined;
}

/** The whole message. Ed25519 and deflate leave nothing to chance: the same mail gives the same bytes but for its date. */
export async function renderMail(
  mail: MailDoc,
  attendee: AttendeeDoc,
  event: EventDoc,
  { from, signingKey, publicUrl }: Envelope,
): Promise<SendMailOptions> {
  const token = await signTicket({ ticket: mail.ticket_id, event: event._id }, signingKey);
  const context = view(mail, attendee, event, ticketLink(publicUrl, token));
  const plain = inPlainText(context);
  const template = TEMPLATES[mail.kind];
  const message: SendMailOptions = {
    from,
    to: { name: attendee.details.name === undefined ? '' : context.name, address: attendee.email ?? '' },
    messageId: mail.message_id,
    subject: mail.kind === 'ticket' ? `Your ticket: ${plain.event}` : `Ticket cancelled: ${plain.event}`,
    html: template.html(context),
    text: template.text(plain),
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Correlation-Id': mail.correlation_id },
  };
  if (mail.kind === 'cancellation') return message;
  const png = ticketQr(token);
  return {
    ...message,
    attachments: [
      { filename: 'qr.png', content: png, contentType: 'image/png', cid: QR_CID, contentDisposition: 'inline' },
      { filename: `ticket-${context.number}.png`, content: png, contentType: 'image/png' },
      {
        filename: 'event.ics',
        content: calendarFile(event, mail.ticket_id),
        contentType: 'text/calendar; charset=utf-8; method=PUBLISH',
      },
    ],
  };
}
