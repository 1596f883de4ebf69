/** What is kept about students and for how long, in plain words; and the forms that erase. */
import { z } from 'zod';
import { ERASE_REASONS } from '../../privacy/erase.ts';
import { retentionDays } from '../../privacy/kept.ts';
import { eraseAttendeeRoute } from '../../routes/attendees/erase.ts';
import { paymentId } from '../../routes/ids.ts';
import { erasePaymentRoute } from '../../routes/payments/erase.ts';
import { action, goTo, page } from '../page.ts';
import { answerOf } from '../route-answer.ts';

export const privacyPage = page({
  path: '/privacy',
  access: 'public',
  title: 'Your data',
  view: 'privacy',
  async handle({ gateway }) {
    const days = await retentionDays(gateway.store);
    return { days: days ?? null, never: days === null };
  },
});

const ROLES = ['admin', 'organizer'] as const;
const form = z.strictObject({
  reason: z.enum(ERASE_REASONS),
  /** The confirming box: nothing is erased by a single click. */
  sure: z.literal('yes', 'tick that it is meant for good'),
  give_up_ticket: z.literal('yes').optional(),
});
const erasure = ({ reason, give_up_ticket }: z.output<typeof form>) => ({
  reason,
  give_up_ticket: give_up_ticket === 'yes',
});
const DONE = { tone: 'good', text: 'Erased. What is left says nothing about anybody.' } as const;

export const eraseAttendeeAction = action({
  path: '/attendees/{id}/erase',
  access: ROLES,
  params: z.strictObject({ id: z.string().max(20) }),
  form,
  back: '/attendees/{id}',
  async handle(call) {
    await answerOf(eraseAttendeeRoute, call, { params: call.params, body: erasure(call.body) });
    return goTo(`/attendees/${call.params.id}`, DONE);
  },
});

export const erasePaymentAction = action({
  path: '/payments/{payment_id}/erase',
  access: ROLES,
  params: z.strictObject({ payment_id: paymentId }),
  form,
  back: '/payments/{payment_id}',
  async handle(call) {
    await answerOf(erasePaymentRoute, call, { params: call.params, body: erasure(call.body) });
    return goTo(`/payments/${call.params.payment_id}`, DONE);
  },
});
