/** Razorpay's signature: the hex HMAC-SHA256 of the raw bytes. The SDK's own check takes an empty secret and `===`. */
import { createHmac, timingSafeEqual } from 'node:crypto';

const HEX = /^[0-9a-f]{64}$/;

/**
 * Whether one of the secrets signed these bytes. Several, because after a change of the secret old events are still
 * retried under the old one. Every secret is tried, so the time tells nothing about which one fits.
 */
export function isSigned(body: Uint8Array, signature: string | undefined, secrets: readonly string[]): boolean {
  if (!signature?.match(HEX)) return false;
  const given = Buffer.from(signature, 'hex');
  let signed = false;
  for (const secret of secrets) {
    if (secret === '') continue;
    const expected = createHmac('sha256', secret).update(body).digest();
    if (timingSafeEqual(expected, given)) signed = true;
  }
  return signed;
}
