import { createHash, randomInt } from 'node:crypto';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const EPOCH_MS = Date.UTC(2014, 0, 1);

export type IdPrefix = 'pay' | 'order' | 'qr' | 'rfnd' | 'disp' | 'card';

let last = 0n;

/** Fourteen characters of `[A-Za-z0-9]`, unique in this process and rising with time, as Razorpay's are. */
export function bareId(): string {
  // A thousand ids fit into a millisecond; a faster caller borrows from the next one, so none repeats.
  const now = BigInt(Date.now() - EPOCH_MS) * 1000n;
  last = now > last ? now : last + 1n;
  let rest = last;
  let time = '';
  while (rest > 0n) {
    time = ALPHABET.charAt(Number(rest % 62n)) + time;
    rest /= 62n;
  }
  let tail = '';
  while (time.length + tail.length < 14) tail += ALPHABET.charAt(randomInt(62));
  return time + tail;
}

/** An id such as `pay_Qx7Yz8Ab9Cd0Ef`. */
export function newId(prefix: IdPrefix): string {
  return `${prefix}_${bareId()}`;
}

/** The account a key belongs to: the same one after every restart, as its merchant would expect. */
export function accountIdOf(keyId: string): string {
  let id = 'acc_';
  for (const byte of createHash('sha256').update(keyId).digest().subarray(0, 14)) id += ALPHABET.charAt(byte % 62);
  return id;
}

/** Whether the text has the form of an id of that kind. */
export function isId(prefix: IdPrefix, text: string): boolean {
  return new RegExp(`^${prefix}_[A-Za-z0-9]{14}$`).test(text);
}

/** Text of decimal digits, for bank references such as the 12-digit RRN. */
export function digits(length: number): string {
  let text = '';
  for (let i = 0; i < length; i += 1) text += String(randomInt(i === 0 ? 1 : 0, 10));
  return text;
}
