/**
 * A ticket opened by its own token, as its link in the mail does: no sign-in, the signature is the proof. What is none of
 * ours costs the address that asks a try; a genuine one is slowed down by itself, as a whole campus may share an address.
 */
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { AttendeeDoc, EventDoc } from '../../../shared/store/documents.ts';
import { BadTicketToken, type TicketClaims } from '../../../shared/ticket/token.ts';
import { callerOf } from '../auth/caller.ts';
import { holderOf } from '../checkin/check-in.ts';
import { type CheckinReason, ticketStanding } from '../checkin/reasons.ts';
import type { Gateway } from '../gateway.ts';
import { consume } from '../http/limit.ts';

export interface TicketPageLimits {
  /** Links that are none of ours, from one address in a window. */
  wrongPerAddress: number;
  /** Times that one ticket is opened in a window. */
  perTicket: number;
  /** Seconds. */
  window: number;
}

export const TICKET_PAGE_LIMITS: TicketPageLimits = { wrongPerAddress: 40, perTicket: 60, window: 600 };

export interface OpenedTicket {
  claims: TicketClaims;
  attendee: AttendeeDoc;
  event: EventDoc;
  /** Where the ticket itself stands, whatever doors and event do. */
  standing: CheckinReason;
}

export type TicketPages = ReturnType<typeof ticketPages>;

export function ticketPages(limits: TicketPageLimits = TICKET_PAGE_LIMITS) {
  const wrong = new RateLimiterMemory({ points: limits.wrongPerAddress, duration: limits.window });
  const opened = new RateLimiterMemory({ points: limits.perTicket, duration: limits.window });
  return {
    /** Null: no ticket of ours, or one that nobody holds; which of these is not told. @throws Problem 429 */
    async open(
      deps: Pick<Gateway, 'store' | 'eventFacts' | 'verifyTicket'>,
      { token, address }: { token: string; address: string },
    ): Promise<OpenedTicket | null> {
      let claims: TicketClaims;
      try {
        claims = await deps.verifyTicket(token);
      } catch (error) {
        if (!(error instanceof BadTicketToken)) throw error;
        await consume(wrong, callerOf(address), 'too many links from here that are no tickets');
        return null;
      }
      await consume(opened, claims.ticket, 'this ticket was opened very often just now');
      const [attendee, event] = await Promise.all([holderOf(deps, claims.ticket), deps.eventFacts.get(claims.event)]);
      return attendee && event && { claims, attendee, event, standing: ticketStanding(attendee, claims.ticket) };
    },
  };
}
