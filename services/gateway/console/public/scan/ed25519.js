// @ts-check
/** Ed25519 by the browser where it can, else by @noble/ed25519: phones from before 2025 cannot. */
import { bytesOf } from './token.js';

/** RFC 8032, 7.1, test 1: an empty message. A browser that says no to it cannot be trusted with the rest. */
const KNOWN = {
  key: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
  signature: '5VZDAMNgrHKQhuLMgG6CioSHfx645dl02HPgZSJJAVVfuIIVkKM7rMYeOXAc-bRr0lv18FlbviRlUUFDjnoQCw',
};

/** @param {SubtleCryptoLike} subtle @returns {import('./token.js').Verify} */
const byBrowser = (subtle) => async (key, signature, message) => {
  const imported = await subtle.importKey('raw', key, 'Ed25519', false, ['verify']);
  return subtle.verify('Ed25519', imported, signature, message);
};

/** @typedef {Pick<typeof crypto.subtle, 'importKey' | 'verify'>} SubtleCryptoLike */
/** @typedef {{ verifyAsync(signature: Uint8Array, message: Uint8Array, key: Uint8Array, options: { zip215: boolean }): Promise<boolean> }} Noble */

/**
 * @param {SubtleCryptoLike | undefined} subtle
 * @param {() => Promise<Noble>} loadNoble
 * @returns {Promise<{ verify: import('./token.js').Verify, by: 'browser' | 'noble' }>}
 */
export async function pickEd25519(subtle, loadNoble) {
  if (subtle) {
    const verify = byBrowser(subtle);
    try {
      if (await verify(bytesOf(KNOWN.key), bytesOf(KNOWN.signature), new Uint8Array()))
        return { verify, by: 'browser' };
    } catch {
      // It does not know Ed25519.
    }
  }
  const noble = await loadNoble();
  return {
    verify: (key, signature, message) => noble.verifyAsync(signature, message, key, { zip215: false }),
    by: 'noble',
  };
}
