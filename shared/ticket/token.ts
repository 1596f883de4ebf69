/**
 * The token in a ticket's QR: a compact JWS (EdDSA, Ed25519) with ticket and event id only. No time, no personal data;
 * a door can verify it offline with the public key.
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { CompactSign, compactVerify, decodeProtectedHeader } from 'jose';

export interface TicketClaims {
  ticket: string;
  event: number;
}

/** The scanned text is no ticket of ours: not a token, another key, or tampered with. */
export class BadTicketToken extends Error {
  override readonly name = 'BadTicketToken';
}

/** The first 8 hex digits of SHA-256 over the public key (SPKI): enough to tell our own keys apart. */
export const keyId = (publicKey: KeyObject): string =>
  createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')
    .slice(0, 8);

/** A public key as a door without network needs it: the raw key in base64url, by the id that tokens carry. */
export const doorKey = (key: KeyObject): { kid: string; x: string } => ({
  kid: keyId(key),
  x: key.export({ format: 'jwk' }).x as string,
});

/** A private key would do, too, but does not belong where tickets are only verified. */
const BLOCK = /-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g;

const ed25519 = (key: KeyObject): KeyObject => {
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`needs an Ed25519 key, not ${key.asymmetricKeyType}`);
  return key;
};

/** Reads an Ed25519 private key (PKCS#8 PEM). @throws Error when it is none */
export const readSigningKey = (pem: string): KeyObject => ed25519(createPrivateKey(pem));

/** Reads one or more Ed25519 public keys (SPKI PEM blocks, one after the other). @throws Error when one is none */
export function readPublicKeys(pem: string): KeyObject[] {
  const blocks = pem.match(BLOCK);
  // Cut off or of another kind: with it left out, a gateway would start and turn students away at the door.
  if (!blocks || pem.replace(BLOCK, '').includes('-----BEGIN')) throw new Error('holds a block that is no public key');
  return blocks.map((block) => ed25519(createPublicKey(block)));
}

/** The header of each token signed with a key: to be made once, not for each ticket. */
const headers = new WeakMap<KeyObject, { alg: string; kid: string }>();

function headerOf(signingKey: KeyObject): { alg: string; kid: string } {
  let header = headers.get(signingKey);
  if (header === undefined) {
    header = { alg: 'EdDSA', kid: keyId(createPublicKey(signingKey)) };
    headers.set(signingKey, header);
  }
  return header;
}

/** The id of a signing key, as its tokens carry it. */
export const signerId = (signingKey: KeyObject): string => headerOf(signingKey).kid;

/** Signs the same claims to the same token, every time: Ed25519 has no randomness. */
export async function signTicket(claims: TicketClaims, signingKey: KeyObject): Promise<string> {
  const payload = new TextEncoder().encode(JSON.stringify({ t: claims.ticket, e: claims.event }));
  return new CompactSign(payload).setProtectedHeader(headerOf(signingKey)).sign(signingKey);
}

/** Verifies scanned text against our public keys, old ones included. */
export function ticketVerifier(publicKeys: KeyObject[]): (token: string) => Promise<TicketClaims> {
  const keys = new Map(publicKeys.map((key) => [keyId(key), key]));
  return async (token) => {
    try {
      const key = keys.get(String(decodeProtectedHeader(token).kid));
      if (!key) throw new Error('no key of ours');
      const { payload } = await compactVerify(token, key, { algorithms: ['EdDSA'] });
      const { t, e } = JSON.parse(new TextDecoder().decode(payload)) as { t?: unknown; e?: unknown };
      if (typeof t !== 'string' || typeof e !== 'number') throw new Error('no claims of ours');
      return { ticket: t, event: e };
    } catch (error) {
      throw new BadTicketToken('this is no ticket of ours', { cause: error });
    }
  };
}
