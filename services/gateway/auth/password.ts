/**
 * Passwords as scrypt hashes that carry their parameters (`scrypt$N$r$p$salt$hash`), so that stronger ones can come
 * later without anybody losing theirs.
 */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

export interface ScryptCost {
  N: number;
  r: number;
  p: number;
}

export interface Passwords {
  hash(password: string): Promise<string>;
  /** Constant time in the password, and the same time without a stored one. */
  matches(password: string, stored: string | undefined): Promise<boolean>;
}

/** One of OWASP's equivalent settings; 16 MiB each, so that a burst of sign-ins does not fill a small machine. */
const OWASP_COST: ScryptCost = { N: 2 ** 14, r: 8, p: 5 };
const HASH_BYTES = 32;
const STORED = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([\w-]+)\$([\w-]+)$/;

const derive = (password: string, salt: Buffer, { N, r, p }: ScryptCost, bytes: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const options: ScryptOptions = { N, r, p, maxmem: 256 * N * r };
    scrypt(password.normalize('NFKC'), salt, bytes, options, (error, key) => (error ? reject(error) : resolve(key)));
  });

const inText = ({ N, r, p }: ScryptCost, salt: Buffer, hash: Buffer): string =>
  `scrypt$${N}$${r}$${p}$${salt.toString('base64url')}$${hash.toString('base64url')}`;

/** @param cost of what is hashed from now on; what is stored is checked at its own */
export function passwordHashing(cost: ScryptCost = OWASP_COST): Passwords {
  /** Of no password: what an unknown user is checked against, so that it takes as long. */
  const nobody = inText(cost, randomBytes(16), randomBytes(HASH_BYTES));
  return {
    async hash(password) {
      const salt = randomBytes(16);
      return inText(cost, salt, await derive(password, salt, cost, HASH_BYTES));
    },
    async matches(password, stored) {
      const found = STORED.exec(stored ?? nobody);
      if (!found) throw new Error('a stored password is not in the form scrypt$N$r$p$salt$hash');
      const [N, r, p] = found.slice(1, 4).map(Number) as [number, number, number];
      const expected = Buffer.from(found[5] as string, 'base64url');
      const actual = await derive(password, Buffer.from(found[4] as string, 'base64url'), { N, r, p }, expected.length);
      return timingSafeEqual(actual, expected) && stored !== undefined;
    },
  };
}
