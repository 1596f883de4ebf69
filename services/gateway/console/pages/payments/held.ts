/** Held payments: each reason with the one action that resolves it, one by one or many at once. */
import { z } from 'zod';
import { Problem } from '../../../../../shared/http/problem.ts';
import { HOLD_REASONS, type HoldReason } from '../../../../../shared/outcome.ts';
import { HOLDS, isReleasable } from '../../../payments/holds.ts';
import type { PaymentAnswer } from '../../../payments/present.ts';
import { paymentId } from '../../../routes/ids.ts';
import { changePaymentRoute } from '../../../routes/payments/change.ts';
import { listHeld } from '../../../routes/payments/held.ts';
import { syncPayments } from '../../../routes/payments/sync.ts';
import { readNeeds } from '../../../system/today.ts';
import { eventChoices } from '../../choices.ts';
import { words } from '../../format.ts';
import { action, goTo, type PageCall, page } from '../../page.ts';
import { answerOf } from '../../route-answer.ts';
import { HOLD_REMEDIES } from './hold-remedies.ts';
import { razorpayLink } from './razorpay-link.ts';

const ROLES = ['admin', 'organizer'] as const;
const ROWS = '100';

/** What resolves it here; the rest is done at Razorpay. */
type Remedy = 'release' | 'assign' | 'details' | 'sync';
const remedyOf = (reason: HoldReason): Remedy =>
  isReleasable(reason)
    ? 'release'
    : reason === 'unassigned_event'
      ? 'assign'
      : reason === 'incomplete_details'
        ? 'details'
        : 'sync';

export const heldPage = page({
  path: '/held',
  access: ROLES,
  title: 'Held',
  view: 'payments/held',
  nav: { label: 'Held', icon: 'held', group: 'work', order: 2 },
  query: z.strictObject({
    reason: z.enum(HOLD_REASONS).optional(),
    event_id: z.string().max(10).optional(),
    cursor: z.string().max(500).optional(),
  }),
  async handle(call) {
    const { reason } = call.query;
    const [{ body, next }, { held }, events] = await Promise.all([
      answerOf<PaymentAnswer[]>(listHeld, call, { query: { ...call.query, limit: ROWS } }),
      readNeeds(call.gateway, call.user),
      eventChoices(call),
    ]);
    const total = held.reduce((sum, one) => sum + one.payments, 0);
    return {
      tabs: [
        { href: '/held', label: 'All', count: total, here: reason === undefined },
        ...held.map((one) => ({
          href: `/held?reason=${one.reason}`,
          label: words(one.reason),
          count: one.payments,
          here: one.reason === reason,
        })),
      ],
      next,
      events,
      chosen: reason
        ? {
            reason,
            label: words(reason),
            text: HOLDS[reason].text,
            todo: HOLD_REMEDIES[reason],
            remedy: remedyOf(reason),
            // Many at once: details differ from one to the next, and Razorpay is for administrators to ask.
            bulk: remedyOf(reason) !== 'details' && (remedyOf(reason) !== 'sync' || call.user.role === 'admin'),
          }
        : null,
      admin: call.user.role === 'admin',
      payments: body.map((payment) => ({
        ...payment,
        remedy: remedyOf(payment.reason as HoldReason),
        missing: payment.about?.missing ?? [],
        price: payment.about?.price ?? null,
        other: payment.about?.other_payment_id ?? null,
        note: payment.about?.event_note ?? null,
        razorpay: razorpayLink(payment),
      })),
    };
  },
});

const many = z.union([z.array(paymentId).max(500), paymentId.transform((one) => [one])]);

interface Named {
  event_id?: string | undefined;
  reason?: HoldReason | undefined;
}
type Asked = PageCall<unknown, undefined, Named, NonNullable<PageCall['user']>>;

const REMEDIES: Record<Exclude<Remedy, 'details'>, (call: Asked, payment_id: string) => Promise<unknown>> = {
  release: (call, payment_id) =>
    answerOf(changePaymentRoute, call, { params: { payment_id }, body: { release: call.body.reason ?? true } }),
  // Those for which a colleague found the event meanwhile stay there.
  assign: (call, payment_id) =>
    answerOf(changePaymentRoute, call, {
      params: { payment_id },
      body: { event_id: Number(call.body.event_id), from_event_id: null },
    }),
  sync: (call, payment_id) => answerOf(syncPayments, call, { body: { payment_id } }),
};

const DONE = { release: 'let through', assign: 'assigned', sync: 'looked up at Razorpay' };

export const resolveHeld = action({
  path: '/held',
  access: ROLES,
  form: z.strictObject({
    id: many.optional(),
    remedy: z.enum(['release', 'assign', 'sync']),
    event_id: z.string().max(10).optional(),
    /** Why the page said that they are held. */
    reason: z.enum(HOLD_REASONS).optional(),
  }),
  back: '/held',
  async handle(call) {
    const { id: ids, remedy, event_id } = call.body;
    if (!ids) throw new Problem(422, { detail: 'tick at least one payment' });
    if (remedy === 'assign' && !event_id) throw new Problem(422, { detail: 'choose the event that they are for' });
    let done = 0;
    const refused: string[] = [];
    for (const id of ids)
      try {
        await REMEDIES[remedy](call, id);
        done++;
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        refused.push(`${id}: ${error.fields.detail}`);
      }
    const said = `${done} ${done === 1 ? 'payment' : 'payments'} ${DONE[remedy]}; they go on in a moment.`;
    const no = refused.length === 0 ? '' : ` ${refused.length} not: ${refused.slice(0, 3).join('; ')}`;
    return goTo(call.cameFrom ?? '/held', { tone: refused.length === 0 ? 'good' : 'bad', text: said + no });
  },
});
