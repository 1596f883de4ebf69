import { z } from 'zod';
import { SWEEP_STATES, type SweepDoc } from '../../../../shared/store/documents.ts';

const at = z.iso.datetime();
const COUNTS = [
  'calls',
  'pages',
  'fetched',
  'unreadable',
  'missing',
  'changed',
  'published',
  'found',
  'ticketed',
  'held',
  'foreign',
  'awaiting',
  'revoked',
  'pending',
] as const;

export const sweepAnswer = z
  .strictObject({
    id: z.string(),
    kind: z.enum(['scheduled', 'manual']),
    requested_by: z.string().nullable(),
    payment_id: z.string().nullable(),
    state: z.enum(SWEEP_STATES),
    complete: z.boolean().describe('Every payment it saw is in the store, but for the `unreadable` ones.'),
    from: z.int().nullable().describe('Seconds, by Razorpay’s clock.'),
    to: z.int().nullable(),
    started_at: at,
    ended_at: at.nullable(),
    step: z.string(),
    error: z.string().nullable(),
    correlation_id: z.string(),
    ...(Object.fromEntries(COUNTS.map((name) => [name, z.int()])) as Record<(typeof COUNTS)[number], z.ZodInt>),
  })
  .meta({ id: 'Sweep' });

export const sweepExample = {
  id: '01JD0000000000000000000000',
  kind: 'scheduled',
  requested_by: null,
  payment_id: null,
  state: 'complete',
  complete: true,
  from: 1_794_913_600,
  to: 1_795_000_000,
  started_at: '2026-11-18T11:06:40.000Z',
  ended_at: '2026-11-18T11:06:44.000Z',
  step: 'done',
  error: null,
  correlation_id: '01JD0000000000000000000000',
  ...(Object.fromEntries(COUNTS.map((name) => [name, 0])) as Record<(typeof COUNTS)[number], number>),
};

/** A running one whose replica has not been heard of is shown as what it is: interrupted. */
export function presentSweep(sweep: SweepDoc, now: Date): z.input<typeof sweepAnswer> {
  const state = sweep.state === 'running' && sweep.lease_until < now ? 'interrupted' : sweep.state;
  return {
    id: sweep._id,
    kind: sweep.kind,
    requested_by: sweep.requested_by ?? null,
    payment_id: sweep.payment_id ?? null,
    state,
    complete: state === 'complete',
    from: sweep.from ?? null,
    to: sweep.to ?? null,
    started_at: sweep.started_at.toISOString(),
    ended_at: sweep.ended_at?.toISOString() ?? null,
    step: sweep.step,
    error: sweep.error ?? null,
    correlation_id: sweep.correlation_id,
    ...(Object.fromEntries(COUNTS.map((name) => [name, sweep.counts?.[name] ?? 0])) as Record<
      (typeof COUNTS)[number],
      number
    >),
  };
}
