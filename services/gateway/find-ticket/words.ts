/** How it stands with somebody's ticket, in words for the student. Never more than they know themselves. Pure. */
import type { HoldReason } from '../../../shared/outcome.ts';
import { isWithdrawn, type PaymentAnswer } from '../payments/present.ts';

export interface TicketWords {
  tone: 'good' | 'warn' | 'bad';
  title: string;
  text: string;
  /** It can be sent to the known address, hidden but for its first letter and domain. */
  sendTo: string | null;
  /** There is no address, and one may be given. */
  asksAddress: boolean;
}

const HELD: Record<HoldReason, string> = {
  unassigned_event: 'We do not know yet which event it is for. The organisers see it and will assign it.',
  incomplete_details: 'Some of your details are missing. The organisers see it; tell them your roll number.',
  wrong_currency: 'It was paid in another currency. The organisers see it and will decide.',
  underpaid: 'Less was paid than the price. The organisers see it and will decide, or pay you back.',
  event_full: 'Every seat was taken when you paid. You get one that becomes free, or your money back.',
  event_closed: 'It was paid after the event had closed. The organisers see it and will decide.',
  event_cancelled: 'The event is cancelled. The organisers will pay you back.',
  duplicate_payment: 'You have a ticket from another payment already. The organisers will pay this one back.',
  unknown_at_razorpay: 'The payment could not be confirmed yet. It goes on by itself once it is.',
  not_captured:
    'Your bank has set the money aside, but it has not arrived. If the organisers take it, your ticket follows by itself; else it comes back to you. Ask them before you pay again.',
};

/** `asha.rao@example.edu` → `a•••@example.edu`. */
export const hiddenAddress = (address: string): string => {
  const at = address.lastIndexOf('@');
  return `${[...address][0]}•••${address.slice(at)}`;
};

export function ticketWords(payment: PaymentAnswer): TicketWords {
  const { attendee, outcome, reason, mail, event } = payment;
  const of = event ? ` for ${event.name}` : '';
  const none = { sendTo: null, asksAddress: false };
  const ended: TicketWords = {
    ...none,
    tone: 'bad',
    title: 'Void',
    text: `Your ticket${of} is not valid any more. Ask the organisers.`,
  };
  if (isWithdrawn(payment)) return ended;
  if (outcome === 'revoked')
    return {
      ...none,
      tone: 'bad',
      title: 'Paid back',
      text: 'This payment was refunded in full, so its ticket is void.',
    };
  if (outcome === 'ticketed' && attendee) {
    if (attendee.ticket.state === 'revoked') return ended;
    if (attendee.checked_in)
      return { ...none, tone: 'good', title: 'Used', text: `Your ticket${of} has been used at the door.` };
    const address = attendee.email ?? payment.overrides.details.email;
    if (!address)
      return {
        tone: 'warn',
        title: 'You have a ticket',
        text: `Your ticket${of} is made, but we have no e-mail address to send it to.`,
        sendTo: null,
        asksAddress: true,
      };
    const failed = mail?.state === 'failed';
    return {
      tone: failed ? 'warn' : 'good',
      title: 'You have a ticket',
      text: failed
        ? `Your ticket${of} could not be delivered to ${hiddenAddress(address)}. Ask the organisers to correct the address.`
        : mail?.state === 'sent'
          ? `Your ticket${of} was sent to ${hiddenAddress(address)}. Look into the spam folder, too.`
          : `Your ticket${of} is on its way to ${hiddenAddress(address)}.`,
      sendTo: failed || !attendee.email ? null : hiddenAddress(address),
      asksAddress: false,
    };
  }
  if (outcome === 'held' && reason)
    return { ...none, tone: 'warn', title: 'Your payment is here, the ticket is not yet', text: HELD[reason] };
  return {
    ...none,
    tone: 'warn',
    title: 'Your payment is here',
    text: 'It is not confirmed yet. The ticket follows by itself, within seconds once it is.',
  };
}
