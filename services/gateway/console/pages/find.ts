/** "Find my ticket", for students: no sign-in, but the payment's reference and its phone. */
import { z } from 'zod';
import type { Asked } from '../../find-ticket/find.ts';
import { organisersOf } from '../../find-ticket/organisers.ts';
import { ticketWords } from '../../find-ticket/words.ts';
import type { PaymentAnswer } from '../../payments/present.ts';
import { action, type PageCall, page } from '../page.ts';

const who = {
  reference: z.string().max(100),
  phone: z.string().max(40),
};
type Who = { reference: string; phone: string };

const EMPTY = {
  ...{ asked: false, words: null, sent: null, hint: null, organisers: null },
  ...{ email: '', reference: '', phone: '' },
};

export const findPage = page({
  path: '/find',
  access: 'public',
  title: 'Find my ticket',
  view: 'find',
  handle: ({ given }) => ({
    ...EMPTY,
    reference: String(given?.values.reference ?? ''),
    phone: String(given?.values.phone ?? ''),
  }),
});

const askedBy = ({ body, address, correlationId }: PageCall<undefined, undefined, Who, null>): Asked => ({
  ...body,
  address,
  correlationId,
});

type Found = Pick<PageCall<undefined, undefined, Who, null>, 'body' | 'gateway'>;

const shown = async ({ body, gateway }: Found, payment: PaymentAnswer | null, more: object = {}) => ({
  ...EMPTY,
  asked: true,
  reference: body.reference,
  phone: body.phone,
  words: payment && ticketWords(payment),
  organisers: payment?.event ? await organisersOf(gateway.store, payment.event.id) : null,
  ...more,
});

export const findAction = action({
  path: '/find',
  access: 'public',
  form: z.strictObject(who),
  shownBy: findPage,
  handle: async (call) => shown(call, await call.gateway.findTicket.look(call.gateway, askedBy(call))),
});

export const sendFound = action({
  path: '/find/send',
  access: 'public',
  form: z.strictObject(who),
  shownBy: findPage,
  async handle(call) {
    const payment = await call.gateway.findTicket.send(call.gateway, askedBy(call));
    const { sendTo } = ticketWords(payment);
    return shown(call, payment, { sent: `Your ticket is on its way to ${sendTo ?? 'your address'} again.` });
  },
});

export const addressFound = action({
  path: '/find/address',
  access: 'public',
  form: z.strictObject({ ...who, email: z.string().max(254), sure: z.literal('yes').optional() }),
  shownBy: findPage,
  async handle(call) {
    const { email, sure } = call.body;
    const given = { email, sure: sure === 'yes' };
    const { payment, ask } = await call.gateway.findTicket.giveAddress(call.gateway, askedBy(call), given);
    if (ask !== null) return shown(call, payment, { hint: ask, email: email.trim() });
    return shown(call, payment, { words: null, sent: `Your ticket is on its way to ${email.trim()}.` });
  },
});
