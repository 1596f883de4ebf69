/**
 * Who sends the mails: a name and an address. Read by us and handed on apart: a mail library takes a colon in the name
 * for a group's, and what is in parentheses for a comment. Pure.
 */

import { usableAddress } from '../../shared/student/address.ts';
import { oneLine } from '../../shared/text.ts';

export interface Sender {
  /** Empty: there is none. */
  name: string;
  address: string;
}

const NAMED = /^(?:"((?:[^"\\]|\\.)*)"|([^<>]*))\s*<([^<>]*)>$/u;

function apart(text: string): Sender {
  if (!/[<>]/.test(text)) return { name: '', address: text };
  const found = NAMED.exec(text);
  if (!found) throw new Error('must be an address, alone or as Name <address>');
  const [, quoted, plain = '', address = ''] = found;
  return { name: oneLine(quoted?.replaceAll(/\\(.)/gu, '$1') ?? plain), address: address.trim() };
}

/** Reads `address`, `Name <address>` or `"Name" <address>`. @throws Error saying what is wrong */
export function readSender(text: string): Sender {
  if (/\p{Cc}/u.test(text)) throw new Error('holds a line end or another control character');
  const { name, address } = apart(text.trim());
  if (address === '') throw new Error('has no address in its brackets');
  if (usableAddress(address) === null) throw new Error(`"${address}" is no mail address`);
  return { name, address };
}

/** As people read it, in quotes only where it must be; `readSender` reads it back. */
export function writtenSender({ name, address }: Sender): string {
  if (name === '') return address;
  return `${/["<>]/.test(name) ? `"${name.replaceAll(/["\\]/g, '\\$&')}"` : name} <${address}>`;
}
