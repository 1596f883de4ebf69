/** Versions order the observations of one register; digests tell whether anything changed. Both are pure. */
import { createHash } from 'node:crypto';
import { type PaymentFacts, wasCaptured } from './facts.ts';

/**
 * How far a state has come. `failed` is not final (UPI retry, late authorisation), so authorized beats it. A refund may
 * fail and come back, hence captured and refunded share a rank and time decides; one of money that was never captured
 * comes back to authorized, and shares its rank.
 */
const PAYMENT_RANK: Record<string, number> = {
  created: 0,
  pending: 0,
  failed: 1,
  authorized: 2,
  captured: 3,
  refunded: 3,
};
/** A refund goes one way: what was processed may still fail, and what failed is over. Another try is another refund. */
const REFUND_RANK: Record<string, number> = { pending: 0, processed: 1, failed: 2 };
/** A dispute may be taken up again, so time comes first; within a second one that ended beats one that is being worked on. */
const DISPUTE_TIE: Record<string, number> = { won: 1, lost: 1, closed: 2 };

export const paymentRank = (facts: Pick<PaymentFacts, 'status' | 'captured' | 'fee'>): number =>
  PAYMENT_RANK[facts.status === 'refunded' && !wasCaptured(facts) ? 'authorized' : facts.status] ?? 0;
export const refundRank = (status: string): number => REFUND_RANK[status] ?? 0;
export const disputeTie = (status: string): number => DISPUTE_TIE[status] ?? 0;

/** Keys sorted at every level, so that equal facts give equal text. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const of = value as Record<string, unknown>;
    const fields = Object.keys(of).sort();
    return `{${fields.map((key) => `${JSON.stringify(key)}:${canonical(of[key])}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/** 128 bits of SHA-256 over the canonical text, in hex. */
export const digest = (facts: object): string =>
  createHash('sha256').update(canonical(facts)).digest('hex').slice(0, 32);

const padded = (value: number, width: number) => String(value).padStart(width, '0');

/** `rank.observed_at.tie.digest`, padded so that versions compare as strings. `observedAt` in seconds. */
export const version = (rank: number, observedAt: number, tie: number, of: string): string =>
  `${rank}.${padded(observedAt, 11)}.${padded(tie, 16)}.${of}`;

/** The `observed_at` inside a version, in seconds. */
export const observedAt = (of: string): number => Number(of.split('.')[1]);
/** Where it stands, for whoever compares inside the store: texts of one length compare as numbers do. */
export const OBSERVED_AT = { from: 2, length: 11 };
