/** A mail as the student gets it: HTML for a phone, the same in plain text, QR inline and attached, calendar file. */
import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import Handlebars from 'handlebars';
import type { SendMailOptions } from 'nodemailer';
import { dateFormat } from '../../../shared/date-format.ts';
import type { Values } from '../../../shared/mail-template/fill.ts';
import type { Logo } from '../../../shared/mail-template/logo.ts';
import type { AttendeeDoc, EventDoc, MailDoc } from '../../../shared/store/documents.ts';
import { isolated, oneLine, paragraphs } from '../../../shared/text.ts';
import { calendarFile } from '../../../shared/ticket/calendar.ts';
import { ticketLink } from '../../../shared/ticket/link.ts';
import { ticketQr } from '../../../shared/ticket/qr.ts';
import { signTicket } from '../../../shared/ticket/token.ts';
import type { Sender } from '../sender.ts';
import { DEFAULT_LOOK, type Look } from './look.ts';
import { textsOf } from './texts.ts';

const source = (name: string): string => readFileSync(new URL(`./templates/${name}.hbs`, import.meta.url), 'utf8');
const templates = Handlebars.create();
templates.registerPartial({ lines: source('lines'), logo: source('logo') });
const html = (name: string) => templates.compile(source(`${name}.html`), { strict: true });
/** Plain text: what people typed must not be escaped as HTML. */
const text = (name: string) => templates.compile(source(`${name}.txt`), { strict: true, noEscape: true });

const TEMPLATES = {
  ticket: { html: html('ticket'), text: text('ticket') },
  cancellation: { html: html('cancellation'), text: text('cancellation') },
};

const QR_CID = 'ticket-qr@qrflow';
const LOGO_CID = 'logo@qrflow';
/** Pixels on the screen: drawn at half of what it has, so that it is sharp on phones. */
const LOGO_BOX = { width: 240, height: 80 };
/** What stands in the QR of a mail that is nobody's: no token, so no door knows it. */
export const TRIAL_QR = 'QRFlow test mail: this code opens no door.';
const TRIAL_LINK = 'test';

const when = (date: Date, timeZone: string): string =>
  dateFormat('en-IN', { dateStyle: 'full', timeStyle: 'short', timeZone }).format(date);
const clock = (date: Date, timeZone: string): string =>
  dateFormat('en-IN', { timeStyle: 'short', timeZone }).format(date);

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

function valuesOf(context: ReturnType<typeof view>): Values {
  const { name, event, venue, roll, college, department } = context;
  return {
    name,
    event,
    date: context.when,
    venue,
    doors_open: context.doors,
    ticket_number: context.number,
    roll_number: roll,
    college_name: college,
    department,
    payment_id: context.reference,
  };
}

function shownLogo(logo: Logo | null) {
  if (!logo) return null;
  const scale = Math.min(0.5, LOGO_BOX.width / logo.width, LOGO_BOX.height / logo.height);
  return {
    src: `cid:${LOGO_CID}`,
    width: Math.max(1, Math.round(logo.width * scale)),
    height: Math.max(1, Math.round(logo.height * scale)),
  };
}

const logoAttachment = ({ bytes, type }: Logo) => ({
  filename: type === 'image/png' ? 'logo.png' : 'logo.jpg',
  content: bytes,
  contentType: type,
  cid: LOGO_CID,
  contentDisposition: 'inline' as const,
});

export interface Envelope {
  from: Sender;
  signingKey: KeyObject;
  /** Where people reach the gateway; unknown: a mail has no link to its ticket. */
  publicUrl: string | undefined;
}

export interface Style {
  look: Look;
  /** To be looked at, or sent as a test: nobody's ticket. A test says so. */
  trial: 'preview' | 'test' | null;
}
const USUAL: Style = { look: DEFAULT_LOOK, trial: null };

/** The whole message. Ed25519 and deflate leave nothing to chance: the same mail gives the same bytes but for its date. */
export async function renderMail(
  mail: MailDoc,
  attendee: AttendeeDoc,
  event: EventDoc,
  { from, signingKey, publicUrl }: Envelope,
  { look, trial }: Style = USUAL,
): Promise<SendMailOptions> {
  const token = trial ? TRIAL_QR : await signTicket({ ticket: mail.ticket_id, event: event._id }, signingKey);
  const base = view(mail, attendee, event, ticketLink(publicUrl, trial ? TRIAL_LINK : token));
  const texts = textsOf(look, valuesOf(base), base.replaces);
  const styled = {
    colour: look.colour,
    textColour: look.textColour,
    logo: shownLogo(look.logo),
    test: trial === 'test',
  };
  const context = { ...base, ...styled, texts: texts.html };
  const plain = { ...inPlainText(base), ...styled, texts: texts.plain };
  const template = TEMPLATES[mail.kind];
  const subject = mail.kind === 'ticket' ? texts.subject : `Ticket cancelled: ${plain.event}`;
  const logo = look.logo ? [logoAttachment(look.logo)] : [];
  const message: SendMailOptions = {
    from,
    to: { name: attendee.details.name === undefined ? '' : base.name, address: attendee.email ?? '' },
    messageId: mail.message_id,
    subject: trial === 'test' ? `[Test] ${subject}` : subject,
    html: template.html({ ...context, subject }),
    text: template.text(plain),
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Correlation-Id': mail.correlation_id },
  };
  if (mail.kind === 'cancellation') return logo.length > 0 ? { ...message, attachments: logo } : message;
  const png = ticketQr(token);
  return {
    ...message,
    attachments: [
      { filename: 'qr.png', content: png, contentType: 'image/png', cid: QR_CID, contentDisposition: 'inline' },
      ...logo,
      { filename: `ticket-${base.number}.png`, content: png, contentType: 'image/png' },
      {
        filename: 'event.ics',
        content: calendarFile(event, mail.ticket_id),
        contentType: 'text/calendar; charset=utf-8; method=PUBLISH',
      },
    ],
  };
}
