/**
 * How the machinery is and what waits in it, in words and in facts. An admin sees all of it. An organizer sees what waits
 * of the own events: they can resolve it. Staff see whether the store and the bus are there, and no counts: their work
 * is the door.
 */
import { z } from 'zod';
import { HOLD_REASONS } from '../../../shared/outcome.ts';
import { eventIdScope, type Viewer } from '../auth/scope.ts';
import type { Gateway } from '../gateway.ts';
import { healthFacts, reach } from './health-facts.ts';
import { HEALTH_PARTS, type HealthFacts, type HealthWord, healthWords, reachWords, TONES } from './health-words.ts';

const upOrDown = z.enum(['up', 'down']);
const at = z.iso.datetime().nullable();
const count = z.int().min(0);

export const statusAnswer = z
  .strictObject({
    status: z.enum(['ok', 'degraded', 'failing']).describe('The worst of `parts`.'),
    message: z.string().describe('The worst of `parts`, in words.'),
    at: z.iso.datetime(),
    version: z.string(),
    store: upOrDown,
    bus: upOrDown,
    parts: z
      .array(z.strictObject({ part: z.enum(HEALTH_PARTS), label: z.string(), tone: z.enum(TONES), text: z.string() }))
      .describe('Each part in words. For an admin all of them; for others the bus and the store.'),
    webhook: z
      .strictObject({
        last_at: at.describe('When a webhook last brought a payment.'),
        by_webhook: count.describe('Payments of the last 2 h that a webhook brought first.'),
        late: count.describe('Payments of the last 2 h that a sweep found and a webhook should have brought.'),
      })
      .nullable()
      .describe('For an admin.'),
    sweep: z
      .strictObject({
        last_complete_at: at,
        watermark: z.int().nullable().describe('Seconds: everything up to here is in the store.'),
        running: z.boolean(),
        next_at: at,
        failures: count.describe('In a row, since the last complete one.'),
        error: z.string().nullable(),
      })
      .nullable()
      .describe('For an admin.'),
    breaker: z
      .strictObject({
        open: z.boolean().describe('Mails rest, because the mail server fails.'),
        resting: count,
        error: z.string().nullable(),
      })
      .nullable()
      .describe('For an admin.'),
    waiting: z
      .strictObject({
        pending: count.describe('Payments not decided yet.'),
        pending_since: at,
        held: count.describe('Payments that wait for a person.'),
        held_by_reason: z.partialRecord(z.enum(HOLD_REASONS), count),
        mails_owed: count.describe('Mails still to be sent.'),
        mails_due_since: at.describe('When the oldest of them that has not failed was due.'),
        mails_failed: count,
        mails_no_address: count,
        dead_letters: count.nullable().describe('For an admin.'),
      })
      .nullable()
      .describe('For an admin of everything, for an organizer of the own events, for staff null.'),
  })
  .meta({ id: 'SystemStatus' });

export type SystemStatus = z.input<typeof statusAnswer>;

const iso = (date: Date | null | undefined): string | null => date?.toISOString() ?? null;

async function waitingFor({ store }: Pick<Gateway, 'store'>, user: Viewer): Promise<SystemStatus['waiting']> {
  if (user.role === 'staff') return null;
  const scope = await eventIdScope({ store }, user);
  const of = (filter: object) => ({ $and: [scope, filter] });
  const mails = (state: 'owed' | 'failed' | 'no_address') => store.mails.countDocuments(of({ state }));
  const [pending, oldest, held, owed, due, failed, noAddress, deadLetters] = await Promise.all([
    store.payments.countDocuments(of({ pending: true })),
    store.payments
      .findOne(of({ pending: true }), { pending_since: 1 })
      .sort({ pending_since: 1 })
      .lean(),
    store.payments.aggregate<{ _id: (typeof HOLD_REASONS)[number]; payments: number }>([
      { $match: of({ 'outcome.kind': 'held' }) },
      { $group: { _id: '$outcome.reason', payments: { $sum: 1 } } },
      { $sort: { _id: 1 } },
    ]),
    mails('owed'),
    store.mails
      .findOne(of({ state: 'owed', error: null }), { due_at: 1 })
      .sort({ due_at: 1 })
      .lean(),
    mails('failed'),
    mails('no_address'),
    user.role === 'admin' ? store.deadLetters.countDocuments({ state: 'dead' }) : null,
  ]);
  return {
    pending,
    pending_since: iso(oldest?.pending_since),
    held: held.reduce((sum, { payments }) => sum + payments, 0),
    held_by_reason: Object.fromEntries(held.map(({ _id, payments }) => [_id, payments])),
    mails_owed: owed,
    mails_due_since: iso(due?.due_at),
    mails_failed: failed,
    mails_no_address: noAddress,
    dead_letters: deadLetters,
  };
}

/** The facts of the machinery, as an admin sees them. */
const told = ({ webhook, sweep, mail }: HealthFacts): Pick<SystemStatus, 'webhook' | 'sweep' | 'breaker'> => ({
  webhook: { last_at: iso(webhook.last), by_webhook: webhook.byWebhook, late: webhook.late },
  sweep: {
    last_complete_at: iso(sweep.lastComplete),
    watermark: sweep.watermark,
    running: sweep.running,
    next_at: iso(sweep.next),
    failures: sweep.failures,
    error: sweep.error,
  },
  breaker: { open: mail.resting > 0, resting: mail.resting, error: mail.error },
});

const STATUS = { good: 'ok', warn: 'degraded', bad: 'failing' } as const;

/** The worst part says how it is altogether; the bus or the store before others, as much follows from them. */
function overall(parts: readonly HealthWord[]): Pick<SystemStatus, 'status' | 'message'> {
  const worst = (['bad', 'warn'] as const).map((tone) => parts.findLast((one) => one.tone === tone)).find(Boolean);
  if (!worst) return { status: 'ok', message: 'everything works' };
  return { status: STATUS[worst.tone], message: `${worst.label}: ${worst.text}` };
}

/** With what is away marked as such; also where the store went away after the caller was recognised. */
export async function readStatus(
  gateway: Pick<Gateway, 'store' | 'bus' | 'doorKeys' | 'version'>,
  user: Viewer,
  now: Date,
): Promise<SystemStatus> {
  const reached = await reach(gateway);
  const read = async () =>
    reached.storeMs === null
      ? null
      : Promise.all([user.role === 'admin' ? healthFacts(gateway, now, reached) : null, waitingFor(gateway, user)]);
  const [facts, waiting] = (await read()) ?? [null, null];
  const parts = facts ? healthWords(facts, now) : reachWords(reached);
  return {
    ...overall(parts),
    at: now.toISOString(),
    version: gateway.version,
    store: reached.storeMs === null ? 'down' : 'up',
    bus: reached.bus ? 'up' : 'down',
    parts,
    ...(facts ? told(facts) : { webhook: null, sweep: null, breaker: null }),
    waiting,
  };
}
