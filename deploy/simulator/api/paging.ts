import type { PageQuery } from '../state/timeline.ts';
import { badRequest } from './errors.ts';

/** Razorpay takes times from 2000 to 2120, so milliseconds are refused. */
const EARLIEST = 946_684_800;
const LATEST = 4_765_046_400;
const DEFAULT_COUNT = 10;
const MAX_COUNT = 100;

type Query = Record<string, string | string[] | undefined>;

/** `from`, `to`, `count` and `skip` with Razorpay's limits and words. @throws {RazorpayError} */
export function parsePage(query: Query): PageQuery {
  return {
    from: time(query, 'from') ?? EARLIEST,
    to: time(query, 'to') ?? LATEST,
    count: amount(query, 'count', 1) ?? DEFAULT_COUNT,
    skip: amount(query, 'skip', 0) ?? 0,
  };
}

function time(query: Query, name: string): number | undefined {
  const value = integer(query, name, `${name} must be an integer.`);
  if (value !== undefined && (value < EARLIEST || value > LATEST)) {
    throw badRequest(`${name} must be between ${EARLIEST} and ${LATEST}`);
  }
  return value;
}

function amount(query: Query, name: 'count' | 'skip', least: number): number | undefined {
  const value = integer(query, name, `The ${name} must be an integer.`);
  if (value !== undefined && value < least) throw badRequest(`The ${name} must be at least ${least}.`);
  if (name === 'count' && value !== undefined && value > MAX_COUNT) {
    throw badRequest(`The count may not be greater than ${MAX_COUNT}.`);
  }
  return value;
}

function integer(query: Query, name: string, refusal: string): number | undefined {
  const text = query[name];
  if (text === undefined || text === '') return undefined;
  if (typeof text !== 'string' || !/^-?\d{1,15}$/.test(text)) throw badRequest(refusal);
  return Number(text);
}

/** A list as Razorpay answers it: `count` is this page's length, and there is no total. */
export function collection(items: readonly unknown[]): {
  entity: 'collection';
  count: number;
  items: readonly unknown[];
} {
  return { entity: 'collection', count: items.length, items };
}
