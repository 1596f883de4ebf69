/** The stack's secrets: made once for its data folder, readable by their owner only. */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Secrets {
  readonly razorpayKeyId: string;
  readonly razorpayKeySecret: string;
  readonly webhookSecret: string;
  readonly jwtSecret: string;
  /** Ed25519, PKCS#8 PEM. */
  readonly ticketSigningKey: string;
  /** Ed25519, SPKI PEM. */
  readonly ticketPublicKey: string;
  readonly adminPassword: string;
  readonly smtpPassword: string;
}

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789';

/** Letters and digits that nobody mistakes for one another. */
const word = (length: number): string =>
  [...randomBytes(length)].map((byte) => LETTERS[byte % LETTERS.length]).join('');

function generated(): Secrets {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    razorpayKeyId: `rzp_test_${word(14)}`,
    razorpayKeySecret: word(24),
    webhookSecret: word(32),
    jwtSecret: randomBytes(32).toString('hex'),
    ticketSigningKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    ticketPublicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    adminPassword: [word(4), word(4), word(4)].join('-'),
    smtpPassword: word(20),
  };
}

/** Reads the secrets of a data folder, or makes them at the first start: `secrets.json`, mode 600. */
export function secretsOf(folder: string): Secrets {
  const file = join(folder, 'secrets.json');
  mkdirSync(folder, { recursive: true });
  try {
    // `wx`: made whole by one start, never replaced by another.
    writeFileSync(file, `${JSON.stringify(generated(), null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return JSON.parse(readFileSync(file, 'utf8')) as Secrets;
}
