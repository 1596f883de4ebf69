/** A sweep on demand: the question, and the honest answer. The mapping is pure. */
import { z } from 'zod';
import type { SyncAnswer } from '../../../shared/bus/requests.ts';
import { Problem } from '../../../shared/http/problem.ts';
import { PAYMENT_ID } from '../../../shared/razorpay/ids.ts';
import { SWEEP_STATES, type SweepCounts } from '../../../shared/store/documents.ts';
import { moment } from '../http/moments.ts';
import { faulty } from '../http/validate.ts';

export const syncBody = z
  .strictObject({
    from: moment.optional(),
    to: moment.optional(),
    payment_id: z
      .string()
      .regex(PAYMENT_ID, 'must be pay_ with 14 letters or digits')
      .optional()
      .describe('Fetch only this payment.'),
  })
  .superRefine(({ from, to, payment_id }, context) => {
    const fault = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
    if (payment_id !== undefined && (from ?? to)) return fault('payment_id', 'goes without from and to');
    if (from && !to) fault('to', 'goes with from');
    if (to && !from) fault('from', 'goes with to');
  })
  .meta({ dependentRequired: { from: ['to'], to: ['from'] }, not: { required: ['from', 'payment_id'] } });

/** The window asked for in whole seconds, if one is. @throws Problem 422 */
export function syncWindow({ from, to }: z.output<typeof syncBody>): { from: number; to: number } | undefined {
  if (!from || !to) return undefined;
  if (from >= to) throw faulty(422, [{ field: 'to', message: 'must be after from' }]);
  return { from: Math.floor(from.getTime() / 1_000), to: Math.floor(to.getTime() / 1_000) };
}

export const syncAnswer = z
  .strictObject({
    success: z.boolean(),
    message: z.string(),
    sweep_id: z.string(),
    state: z.enum(SWEEP_STATES),
    from: z.int().nullable().describe('Seconds.'),
    to: z.int().nullable().describe('Seconds.'),
    fetched: z.int().describe('Different payments seen at Razorpay.'),
    unreadable: z.int().describe('Entries at Razorpay that nobody could read; they lie in the dead letters.'),
    missing: z.int().describe('Of these: not here before.'),
    changed: z.int().describe('Of these: here, but different.'),
    ticketed: z.int(),
    held: z.int(),
    foreign: z.int(),
    complete: z.boolean().describe('Every payment it saw is in the store, but for the `unreadable` ones.'),
    pending: z.int().describe('Stored, but not settled yet when this was answered.'),
    error: z.string().nullable(),
  })
  .meta({ id: 'SyncResult' });

export const syncExample = {
  success: true,
  message: '42 payments at Razorpay: 2 were missing here, 1 had changed; 3 ticketed, 0 held, 0 not ours',
  sweep_id: '01JD0000000000000000000000',
  state: 'complete',
  from: 1_794_913_600,
  to: 1_795_000_000,
  fetched: 42,
  unreadable: 0,
  missing: 2,
  changed: 1,
  ticketed: 3,
  held: 0,
  foreign: 0,
  complete: true,
  pending: 0,
  error: null,
};

/** A success with entries that nobody could read must not read like one without. */
const oddOnes = (unreadable: number) =>
  unreadable === 0
    ? ''
    : `; ${unreadable === 1 ? '1 entry' : `${unreadable} entries`} could not be read and may lack a ticket: see the dead letters`;

function inWords(counts: SweepCounts): string {
  const { fetched, missing, changed, ticketed, held, foreign, pending } = counts;
  const payments = fetched === 1 ? '1 payment' : `${fetched} payments`;
  const seen = `${payments} at Razorpay: ${missing} missing here, ${changed} changed`;
  const came = `${ticketed} ticketed, ${held} held, ${foreign} not ours`;
  return `${seen}; ${came}${pending > 0 ? `, ${pending} still being settled` : ''}${oddOnes(counts.unreadable ?? 0)}`;
}

/** The result as the API's fields. */
export function presentSync(answer: SyncAnswer): z.input<typeof syncAnswer> {
  const { counts, state, error } = answer;
  const complete = state === 'complete';
  const words = inWords(counts);
  const message = {
    complete: words,
    running: `still running; so far ${words}`,
    failed: `failed: ${error ?? 'no reason is known'}`,
    interrupted: `interrupted: ${error ?? 'the replica that ran it went away'}; run it again`,
  }[state];
  return {
    success: complete,
    message,
    sweep_id: answer.sweep_id,
    state,
    from: answer.from,
    to: answer.to,
    fetched: counts.fetched,
    unreadable: counts.unreadable ?? 0,
    missing: counts.missing,
    changed: counts.changed,
    ticketed: counts.ticketed,
    held: counts.held,
    foreign: counts.foreign,
    complete,
    pending: counts.pending,
    error: error ?? null,
  };
}

type SyncReply =
  | { status: 200; body: z.input<typeof syncAnswer> }
  | { status: 202; body: z.input<typeof syncAnswer>; headers: { Location: string } };

/** 200 complete, 202 still running; what failed never looks like a success. @throws Problem 502 */
export function syncReply(answer: SyncAnswer): SyncReply {
  const body = presentSync(answer);
  if (answer.state === 'complete') return { status: 200, body };
  if (answer.state === 'running')
    return { status: 202, body, headers: { Location: `/api/sweeps/${encodeURIComponent(answer.sweep_id)}` } };
  throw new Problem(502, { ...body, detail: body.message });
}
