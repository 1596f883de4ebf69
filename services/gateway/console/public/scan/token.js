// @ts-check
/**
 * Verifies a ticket's token on the phone, by the same rules as shared/ticket/token.ts: a compact JWS, EdDSA by one of our
 * keys, with ticket and event id. Anything else is no ticket of ours.
 */

/** @typedef {{ ticket: string, event: number }} Claims */
/** @typedef {{ kid: string, x: string }} DoorKey the raw key in base64url */
/** @typedef {(key: Uint8Array<ArrayBuffer>, signature: Uint8Array<ArrayBuffer>, message: Uint8Array<ArrayBuffer>) => Promise<boolean>} Verify */

const FORM = /^[\w-]{1,400}\.[\w-]{1,1000}\.[\w-]{86}$/;

/** @param {string} text base64url */
export const bytesOf = (text) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));

/** @param {string} part @returns {any} */
const jsonOf = (part) => JSON.parse(new TextDecoder().decode(bytesOf(part)));

/**
 * Whether a text could be a ticket at all: told apart from what people type.
 * @param {string} text
 */
export const looksLikeTicket = (text) => FORM.test(text.trim());

/** @param {string} payload @returns {Claims | null} */
function claimsIn(payload) {
  const { t, e } = jsonOf(payload);
  return typeof t === 'string' && typeof e === 'number' ? { ticket: t, event: e } : null;
}

/** What a token says of itself; anybody can write that. @param {string} text @returns {Claims | null} */
export function claimsOf(text) {
  if (!looksLikeTicket(text)) return null;
  try {
    return claimsIn(/** @type {[string, string, string]} */ (text.trim().split('.'))[1]);
  } catch {
    return null;
  }
}

/**
 * @param {string} text
 * @param {readonly DoorKey[]} keys
 * @param {Verify} verify
 * @returns {Promise<Claims | null>} null: no ticket of ours
 */
export async function verifyToken(text, keys, verify) {
  const token = text.trim();
  if (!FORM.test(token)) return null;
  const [header, payload, signature] = /** @type {[string, string, string]} */ (token.split('.'));
  try {
    const { alg, kid } = jsonOf(header);
    const key = keys.find((one) => one.kid === kid);
    if (alg !== 'EdDSA' || !key) return null;
    const signed = new TextEncoder().encode(`${header}.${payload}`);
    if (!(await verify(bytesOf(key.x), bytesOf(signature), signed))) return null;
    return claimsIn(payload);
  } catch {
    // Cut off, or not what it looks like.
    return null;
  }
}
