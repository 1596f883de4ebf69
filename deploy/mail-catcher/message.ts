// Raw bytes to what a reader asks for: the headers at once, the body only when somebody opens the mail.
import { type AddressObject, simpleParser } from 'mailparser';

export interface Envelope {
  from: string;
  to: string[];
}

/** What is known of every mail without opening its body. */
export interface MailSummary {
  id: string;
  from: string;
  fromName: string;
  to: string[];
  subject: string;
  /** The `Date` header, ISO 8601; null when absent. */
  date: string | null;
  /** With its angle brackets, as in the header. */
  messageId: string | null;
  /** Who it was handed over for; `to` is only what its header says. */
  envelope: Envelope;
  receivedAt: string;
  /** Bytes of the source. */
  size: number;
}

export interface MailAttachment {
  filename: string;
  contentType: string;
  /** Without angle brackets, as `cid:` links write it. */
  cid: string | null;
  size: number;
  content: Buffer;
}

export interface CaughtMail extends MailSummary {
  text: string | null;
  /** As sent, `cid:` links untouched. */
  html: string | null;
  attachments: MailAttachment[];
}

// mailparser would else invent text from HTML (and the reverse) and inline the images: the mail is to be shown as sent.
const AS_SENT = {
  keepCidLinks: true,
  skipHtmlToText: true,
  skipTextToHtml: true,
  skipImageLinks: true,
  skipTextLinks: true,
} as const;

/** Reads the header block only: a fifth of the time a whole ticket mail takes. */
export async function readHeaders(
  raw: Buffer,
): Promise<Pick<MailSummary, 'from' | 'fromName' | 'to' | 'subject' | 'date' | 'messageId'>> {
  const end = raw.indexOf('\r\n\r\n');
  const parsed = await simpleParser(end === -1 ? raw : raw.subarray(0, end + 4), AS_SENT);
  const sender = parsed.from?.value[0];
  return {
    from: sender?.address ?? '',
    fromName: sender?.name ?? '',
    to: addresses(parsed.to),
    subject: parsed.subject ?? '',
    date: isoDate(parsed.date),
    messageId: parsed.messageId ?? null,
  };
}

/** Reads the body and the attachments. */
export async function readBody(raw: Buffer): Promise<Pick<CaughtMail, 'text' | 'html' | 'attachments'>> {
  const parsed = await simpleParser(raw, AS_SENT);
  return {
    text: parsed.text ?? null,
    html: parsed.html || null,
    attachments: parsed.attachments.map((part, index) => ({
      filename: part.filename || `attachment-${index + 1}`,
      contentType: part.contentType,
      cid: part.cid ?? null,
      size: part.size,
      content: part.content,
    })),
  };
}

function addresses(header: AddressObject | AddressObject[] | undefined): string[] {
  return [header ?? []]
    .flat()
    .flatMap(({ value }) => value)
    .flatMap((entry) => entry.group ?? [entry])
    .map(({ address }) => address ?? '')
    .filter((address) => address !== '');
}

function isoDate(date: Date | undefined): string | null {
  return date === undefined || Number.isNaN(date.getTime()) ? null : date.toISOString();
}
