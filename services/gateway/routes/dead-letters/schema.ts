/** A dead letter as people see it: what it is about and how often it failed, never what is in it. */
import { z } from 'zod';
import { DEAD_LETTER_STATES, type DeadLetterDoc } from '../../../../shared/store/documents.ts';
import { askService } from '../../ask-service.ts';
import type { Call, SignedIn } from '../../http/route.ts';

const at = z.iso.datetime();

export const deadLetterAnswer = z
  .strictObject({
    id: z.string(),
    state: z
      .enum(DEAD_LETTER_STATES)
      .describe('retrying: it comes again by itself; dead: it waits for a replay; replayed: handled after all.'),
    subject: z.string().describe('payments.observed, or payments.unreadable: a signed webhook that could not be read.'),
    payment_id: z.string().nullable(),
    reason: z.string().describe('Of the last failure.'),
    attempts: z.int().describe('Failures so far.'),
    size: z.int().nullable().describe('Bytes. They may hold personal data and are never shown.'),
    first_at: at,
    last_at: at,
    expires_at: at.describe('It is deleted then.'),
    correlation_id: z.string(),
    replays: z.array(
      z.strictObject({
        at,
        by: z.string(),
        handled: z.boolean(),
        reason: z.string().nullable().describe('Why it failed again.'),
        correlation_id: z.string(),
      }),
    ),
  })
  .meta({ id: 'DeadLetter' });

export const deadLetterExample = {
  id: 'pay_Qx7Yz8Ab9Cd0Ef.0f6f0e6b2a11f3b8a0d02f574f0e9d5a',
  state: 'dead',
  subject: 'payments.observed',
  payment_id: 'pay_Qx7Yz8Ab9Cd0Ef',
  reason: 'MongoServerError',
  attempts: 8,
  size: 912,
  first_at: '2026-11-18T11:06:44.000Z',
  last_at: '2026-11-18T11:15:35.000Z',
  expires_at: '2026-12-18T11:15:35.000Z',
  correlation_id: 'TUx4nK29sWtQ2b',
  replays: [],
};

/** All but the payload, which stays in the store. */
export const SHOWN = { payload: 0 } as const;

export const presentDeadLetter = (letter: Omit<DeadLetterDoc, 'payload'>): z.input<typeof deadLetterAnswer> => ({
  id: letter._id,
  state: letter.state,
  subject: letter.subject,
  payment_id: letter.payment_id ?? null,
  reason: letter.reason,
  attempts: letter.attempts,
  size: letter.size ?? null,
  first_at: letter.first_at.toISOString(),
  last_at: letter.last_at.toISOString(),
  expires_at: letter.expires_at.toISOString(),
  correlation_id: letter.correlation_id,
  replays: (letter.replays ?? []).map(({ at, ...rest }) => ({ ...rest, at: at.toISOString() })),
});

/** Ticketing begins no further letter after 15 s; the last one may wait for a look-up at Razorpay. */
const PATIENCE_MS = 45_000;

/** The problems that asking for a replay may end with. */
export const REPLAY_PROBLEMS = {
  503: 'The bus, ticketing or what it needs is away; the letters are as they were.',
} as const;

/** @throws Problem 404, 503 */
export const askReplay = (
  {
    gateway: { bus },
    user,
    correlationId,
  }: Pick<Call<unknown, unknown, unknown, SignedIn>, 'gateway' | 'user' | 'correlationId'>,
  which: { id?: string; payment_id?: string },
) =>
  askService(
    bus,
    'ticketing.replay',
    { ...which, requested_by: user.username },
    { timeoutMs: PATIENCE_MS, correlationId },
  );
