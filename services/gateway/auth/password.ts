/**
 * Passwords as scrypt hashes that carry their parameters (`scrypt$N$r$p$salt$hash`), so that stronger ones can come
 * later without anybody losing theirs.
 */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

/** One of OWASP's equivalent settings; 16 MiB each, so that a burst of sign-ins does not fill a small machine. */
const COST = { N: 2 ** 14, r: 8, p: 5 };
const HASH_BYTES = 32;
const STORED = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([\w-]+)\$([\w-]+)$/;

const derive = (password: string, salt: Buffer, { N, r, p }: typeof COST, bytes: number): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const options: ScryptOptions = { N, r, p, maxmem: 256 * N * r };
    scrypt(password.normalize('NFKC'), salt, bytes, options, (error, key) => (error ? reject(error) : resolve(key)));
  });

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, COST, HASH_BYTES);
  return `scrypt$${COST.N}$${COST.r}$${COST.p}$${salt.toString('base64url')}$${hash.toString('base64url')}`;
}

/** Of no password: what an unknown user is checked against, so that it takes as long. */
const NOBODY = `scrypt$${COST.N}$${COST.r}$${COST.p}$${randomBytes(16).toString('base64url')}$${randomBytes(HASH_BYTES).toString('base64url')}`;

/** Constant time in the password, and the same time without a stored one. */
export async function passwordMatches(password: string, stored: string | undefined): Promise<boolean> {
  const found = STORED.exec(stored ?? NOBODY);
  if (!found) throw new Error('a stored password is not in the form scrypt$N$r$p$salt$hash');
  const [N, r, p] = found.slice(1, 4).map(Number) as [number, number, number];
  const expected = Buffer.from(found[5] as string, 'base64url');
  const actual = await derive(password, Buffer.from(found[4] as string, 'base64url'), { N, r, p }, expected.length);
  return timingSafeEqual(actual, expected) && stored !== undefined;
}
