/** Whom a caller's address stands for, for counting. Pure. */
import { isIPv6 } from 'node:net';

const GROUPS = 8;
/** An IPv4 address as a socket that takes both tells it. */
const MAPPED = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/;

/** The one way to write an IPv6 address: small letters, no zeros in front, no dots. */
const canonical = (address: string): string => new URL(`http://[${address}]`).hostname.slice(1, -1);

/** The first 64 bits: whoever has one such address has all that begin so. */
function network(written: string): string {
  const [left = [], right = []] = written.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array<string>(GROUPS - left.length - right.length).fill('0');
  return `${[...left, ...zeros, ...right].slice(0, GROUPS / 2).join(':')}::/64`;
}

/**
 * `address` as the socket or a proxy of ours says it, maybe with a port, as some proxies do. A port, a zone, another way
 * to write it or another address of the same network make no other caller.
 */
export function callerOf(address: string): string {
  const bare = address
    .trim()
    .replace(/^\[([^\]]*)\](:\d+)?$/, '$1')
    .replace(/^((?:::ffff:)?\d+(?:\.\d+){3}):\d+$/i, '$1')
    .replace(/%.*$/, '')
    .toLowerCase();
  if (!isIPv6(bare)) return bare;
  const written = canonical(bare);
  const [, high, low] = MAPPED.exec(written) ?? [];
  if (high === undefined || low === undefined) return network(written);
  return [high, low]
    .map((group) => Number.parseInt(group, 16))
    .flatMap((bits) => [bits >> 8, bits & 255])
    .join('.');
}
