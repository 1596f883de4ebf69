/** One payment: what became of it and why, what may be done about it. */
import { z } from 'zod';
import { HOLD_REASONS, type HoldReason } from '../../../../../shared/outcome.ts';
import { STUDENT_FIELDS } from '../../../../../shared/student/fields.ts';
import { meantAddress } from '../../../attendees/meant.ts';
import { retold } from '../../../http/validate.ts';
import { resendTicketOf } from '../../../mails/resend.ts';
import { eventOf } from '../../../payments/overrides.ts';
import { isWithdrawn, type PaymentAnswer } from '../../../payments/present.ts';
import type { paymentWithTimeline } from '../../../payments/schema.ts';
import { paymentId } from '../../../routes/ids.ts';
import { changePaymentRoute } from '../../../routes/payments/change.ts';
import { readPayment } from '../../../routes/payments/read.ts';
import { syncPayments } from '../../../routes/payments/sync.ts';
import { changedFields, opened, openedField } from '../../changed.ts';
import { eventChoices } from '../../choices.ts';
import { action, goTo, page } from '../../page.ts';
import { answerOf } from '../../route-answer.ts';
import { HOLD_REMEDIES } from './hold-remedies.ts';
import { razorpayLink } from './razorpay-link.ts';
import { story } from './story.ts';

const ROLES = ['admin', 'organizer'] as const;
const params = z.strictObject({ payment_id: paymentId });
const at = (id: string) => `/payments/${id}`;

const LABELS: Record<(typeof STUDENT_FIELDS)[number], string> = {
  name: 'Name',
  roll_number: 'Roll number',
  college_name: 'College',
  department: 'Department',
  phone: 'Phone',
  emergency_contact_number: 'Emergency contact',
  gender: 'Gender',
  email: 'E-mail',
  year_of_study: 'Year of study',
  section: 'Section',
};

const detailTexts = ({ details, overrides }: Pick<PaymentAnswer, 'details' | 'overrides'>) => {
  const known = details ?? overrides.details;
  return Object.fromEntries(STUDENT_FIELDS.map((field) => [field, known[field] ?? ''])) as Record<
    (typeof STUDENT_FIELDS)[number],
    string
  >;
};

export const paymentPage = page({
  path: '/payments/{payment_id}',
  access: ROLES,
  title: 'Payment',
  view: 'payments/detail',
  params,
  async handle(call) {
    const { body: payment } = await answerOf<z.input<typeof paymentWithTimeline>>(readPayment, call, {
      params: call.params,
    });
    const details = detailTexts(payment);
    const { attendee } = payment;
    const eventId = eventOf({ ...payment, event_id: payment.event?.id ?? null });
    return {
      meant: attendee?.live ? await meantAddress(call.gateway.store, payment.event?.id, attendee.email) : null,
      correct: `${at(payment.id)}/details`,
      title: payment.customer_name ?? payment.id,
      payment,
      withdrawn: isWithdrawn(payment),
      name: payment.customer_name ?? (payment.redacted ? 'Erased' : 'Name not known'),
      steps: story(payment.timeline),
      remedy: payment.reason ? HOLD_REMEDIES[payment.reason as HoldReason] : null,
      missing: payment.about?.missing ?? [],
      other: payment.about?.other_payment_id ?? null,
      fields: STUDENT_FIELDS.map((field) => ({
        name: field,
        label: LABELS[field],
        value: details[field],
        type: field === 'email' ? 'email' : 'text',
        missing: payment.about?.missing?.includes(field) === true,
      })),
      was: opened(details),
      notes: Object.entries(payment.notes ?? {}).map(([key, value]) => ({ key, value })),
      erasing: `${at(payment.id)}/erase`,
      events: await eventChoices(call, eventId),
      from: eventId ?? '',
      razorpay: razorpayLink(payment),
      admin: call.user.role === 'admin',
      raw: JSON.stringify({ ...payment, timeline: undefined, mails: undefined }, null, 2),
    };
  },
});

export const syncPayment = action({
  path: '/payments/{payment_id}/sync',
  access: ['admin'],
  params,
  back: '/payments/{payment_id}',
  async handle(call) {
    const { payment_id } = call.params;
    const { body } = await answerOf<{ message: string; success: boolean }>(syncPayments, call, {
      body: { payment_id },
    });
    const known = await call.gateway.store.payments.exists({ _id: payment_id });
    const tone = body.success && known ? 'good' : 'info';
    return goTo(known ? at(payment_id) : `/payments?q=${payment_id}`, {
      tone,
      text: `Razorpay was asked. ${body.message}.`,
    });
  },
});

export const resendPayment = action({
  path: '/payments/{payment_id}/resend',
  access: ROLES,
  params,
  back: '/payments/{payment_id}',
  async handle(call) {
    const { payment_id } = call.params;
    await answerOf(readPayment, call, { params: call.params });
    await resendTicketOf(call, payment_id);
    return goTo(at(payment_id), { tone: 'good', text: 'The ticket is on its way again.' });
  },
});

const changed = (payment: PaymentAnswer): string =>
  payment.outcome === 'ticketed' && !payment.pending
    ? 'Saved. There is a ticket.'
    : 'Saved. What follows from it is being done.';

const chosenEvent = z.string().regex(/^[1-9]\d{0,8}$/, 'choose an event');

export const assignPayment = action({
  path: '/payments/{payment_id}/event',
  access: ROLES,
  params,
  form: z.strictObject({
    event_id: chosenEvent,
    /** Where the page showed it; empty: at none. */
    from: chosenEvent.or(z.literal('')).optional(),
  }),
  back: '/payments/{payment_id}',
  async handle(call) {
    const { event_id, from } = call.body;
    const { body } = await answerOf<PaymentAnswer>(changePaymentRoute, call, {
      params: call.params,
      body: {
        event_id: Number(event_id),
        ...(from !== undefined && { from_event_id: from === '' ? null : Number(from) }),
      },
    });
    return goTo(at(call.params.payment_id), { tone: 'good', text: changed(body) });
  },
});

export const correctPayment = action({
  path: '/payments/{payment_id}/details',
  access: ROLES,
  params,
  form: z.strictObject({
    ...(Object.fromEntries(STUDENT_FIELDS.map((field) => [field, z.string().max(256).optional()])) as Record<
      (typeof STUDENT_FIELDS)[number],
      z.ZodOptional<z.ZodString>
    >),
    was: openedField,
  }),
  shownBy: paymentPage,
  async handle(call) {
    const { body: before } = await answerOf<PaymentAnswer>(readPayment, call, { params: call.params });
    const { was, ...form } = call.body;
    // Only what was really changed beats the notes from then on.
    const details = changedFields(form, was, detailTexts(before));
    if (Object.keys(details).length === 0) return goTo(at(before.id), { tone: 'info', text: 'Nothing was changed.' });
    const { body } = await answerOf<PaymentAnswer>(changePaymentRoute, call, {
      params: call.params,
      body: { details },
    }).catch((error: unknown) => {
      throw retold(error, ({ field, message }) => ({ field: field.replace(/^details\./, ''), message }));
    });
    return goTo(at(before.id), { tone: 'good', text: changed(body) });
  },
});

export const releasePayment = action({
  path: '/payments/{payment_id}/release',
  access: ROLES,
  params,
  /** The one that the page showed. */
  form: z.strictObject({ reason: z.enum(HOLD_REASONS).optional() }),
  back: '/payments/{payment_id}',
  async handle(call) {
    const { reason = true } = call.body;
    await answerOf(changePaymentRoute, call, { params: call.params, body: { release: reason } });
    return goTo(call.cameFrom ?? at(call.params.payment_id), {
      tone: 'good',
      text: 'Let through. The ticket follows in a moment.',
    });
  },
});

export const claimPayment = action({
  path: '/payments/{payment_id}/ours',
  access: ['admin'],
  params,
  back: '/payments/{payment_id}',
  async handle(call) {
    await answerOf(changePaymentRoute, call, { params: call.params, body: { ours: true } });
    return goTo(call.cameFrom ?? at(call.params.payment_id), {
      tone: 'good',
      text: 'It is ours now. Its notes are fetched from Razorpay, then it is decided.',
    });
  },
});
