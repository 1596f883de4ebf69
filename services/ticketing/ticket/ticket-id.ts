/**
 * A ticket's id: an HMAC of what it is for, so that settling again, or a store restored from a backup, gives the same
 * ticket and the QR in a student's inbox stays good. Nobody without the signing key can guess one.
 */
import { createHmac, hkdfSync, type KeyObject } from 'node:crypto';

export interface TicketSubject {
  /** The payment's id; of one made by hand the request's, or something random: nothing else makes that one again. */
  owner: string;
  eventId: number;
  issue: number;
}

/** The HMAC key, derived from the signing key. */
export function ticketIdKey(signingKey: KeyObject): Buffer {
  const secret = signingKey.export({ type: 'pkcs8', format: 'der' });
  return Buffer.from(hkdfSync('sha256', secret, '', 'qrflow ticket id', 32));
}

/** 22 characters, URL safe, 128 bits. */
export const ticketId = (subject: TicketSubject, key: Buffer): string =>
  createHmac('sha256', key)
    .update(`${subject.owner}\n${subject.eventId}\n${subject.issue}`)
    .digest()
    .subarray(0, 16)
    .toString('base64url');
