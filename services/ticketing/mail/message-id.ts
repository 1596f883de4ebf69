/**
 * A mail's Message-ID. Its tries all carry the same one, so that receivers merge what a crash or a lost answer doubled. A mail that
 * is sent once more on purpose is another message and says so (RFC 5322, 3.6.4): many mail systems drop the second of one id
 * without a word, also while the first lies in the bin.
 */
import { randomBytes } from 'node:crypto';
import type { MailKind, Ticket } from '../../../shared/store/documents.ts';

export const messageId = (kind: MailKind, attendeeId: number, { issue, id }: Ticket, domain: string): string =>
  `<${kind}.${attendeeId}.${issue}.${id}@${domain}>`;

/** Another one for the same mail, however often. */
export const anotherMessageId = (id: string): string =>
  id.replace(/(\.r[0-9a-f]{8})?@/, `.r${randomBytes(4).toString('hex')}@`);
