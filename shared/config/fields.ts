/** The kinds of value that a setting can have. Each reads text from the environment and says what is wrong with it. */
import { z } from 'zod';

const UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `10s`, `30m`, `24h`, `7d` → milliseconds. */
export const duration = z.string().transform((text, context) => {
  const found = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim());
  const ms = found ? Math.round(Number(found[1]) * (UNITS[found[2] as string] as number)) : 0;
  if (ms > 0) return ms;
  context.addIssue({ code: 'custom', message: `"${text}" is no duration; write 10s, 30m, 24h or 7d` });
  return z.NEVER;
});

const wholeNumber = (low: number, high: number, what: string) =>
  z.string().transform((text, context) => {
    const number = Number(text);
    if (/^\d+$/.test(text.trim()) && number >= low && number <= high) return number;
    context.addIssue({ code: 'custom', message: `"${text}" is no ${what} (${low} to ${high})` });
    return z.NEVER;
  });

/** 0 takes any free port. */
export const port = wholeNumber(0, 65_535, 'port');
export const count = (low: number, high = 1_000_000_000) => wholeNumber(low, high, 'whole number');

export const text = z.string();

/** What `reader` reads of a `type`; `wrong`, or else the error that it throws, says what is wrong. */
const readFrom = <T>(type: z.ZodType<string, string>, reader: (text: string) => T, wrong?: string) =>
  type.transform((text, context): T => {
    try {
      return reader(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: wrong ?? (error as Error).message });
      return z.NEVER;
    }
  });

export const readBy = <T>(reader: (text: string) => T) => readFrom(text, reader);

const startsWith = (protocols: string[]) => (value: string) =>
  protocols.some((protocol) => value.startsWith(`${protocol}://`));
const howItStarts = (protocols: string[]) =>
  `must start with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}`;

/** One address. */
export const url = (...protocols: string[]) => z.string().trim().refine(startsWith(protocols), howItStarts(protocols));

/** Several addresses, comma separated, each with its protocol. */
export const urls = (...protocols: string[]) =>
  z
    .string()
    .refine((value) => value.split(',').every((one) => startsWith(protocols)(one.trim())), howItStarts(protocols));

/** One address of a site, without a path: pages of ours stand at its root. */
export const site = z.string().refine((value) => {
  if (!/^https?:\/\//.test(value) || !URL.canParse(value)) return false;
  const { username, password, pathname, search, hash } = new URL(value);
  return pathname === '/' && username + password + search + hash === '';
}, 'must be an address like https://tickets.example.edu, without a path');

/** Comma separated, blanks dropped. */
export const list = z.string().transform((value) =>
  value
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== ''),
);

/** PEM text, with real newlines or `\n`, one block or several. */
export const pem = z
  .string()
  .transform((value) => `${value.replaceAll('\\n', '\n').trim()}\n`)
  .refine((value) => value.includes('-----BEGIN '), 'is no PEM text (-----BEGIN …)');

export const pemReadBy = <T>(reader: (text: string) => T, wrong: string) => readFrom(pem, reader, wrong);

/** Any text of at least `bytes` bytes. */
export const secret = (bytes: number, how: string) =>
  z
    .string()
    .refine((value) => Buffer.byteLength(value) >= bytes, `needs at least ${bytes} bytes; make one with: ${how}`);

/** A moment, ISO 8601. */
export const moment = z.string().transform((value, context) => {
  const at = new Date(value);
  if (!Number.isNaN(at.getTime())) return at;
  context.addIssue({ code: 'custom', message: `"${value}" is no time; write 2026-11-01T00:00:00+05:30` });
  return z.NEVER;
});
