/**
 * Passwords that are guessed first: those that leaked most often, and those that are made of what stands at hand. The list
 * beside this file is Royce Williams's of the 20,000 most common passwords, as Django ships it; what is too short is left out.
 */
import { readFileSync } from 'node:fs';
import { faulty } from '../http/validate.ts';

/** Words of this system, which say nothing in a password. So does the username. */
export const OUR_WORDS = ['qrflow', 'razorpay', 'ticket', 'admin', 'organizer', 'checkin', 'password'];
const LEAST = 8;

let read: ReadonlySet<string> | undefined;
const common = (): ReadonlySet<string> => {
  read ??= new Set(
    readFileSync(new URL('./common-passwords.txt', import.meta.url), 'utf8')
      .trim()
      .split('\n'),
  );
  return read;
};

/** Why a new password will not do, or null. */
export function weakness(password: string, username: string): string | null {
  const plain = password.normalize('NFKC').toLowerCase();
  if (common().has(plain)) return 'is one of the passwords that everybody tries first';
  const rest = [username.toLowerCase(), ...OUR_WORDS].reduce((left, word) => left.replaceAll(word, ''), plain);
  if (rest.length === plain.length || rest.length >= LEAST) return null;
  return `needs ${LEAST} characters besides the username and words of this system (${OUR_WORDS.join(', ')})`;
}

/** @throws Problem 422 */
export function refuseWeak(field: string, password: string, username: string): void {
  const message = weakness(password, username);
  if (message !== null) throw faulty(422, [{ field, message }]);
}
