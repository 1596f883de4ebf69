/** What can be said of a scanned text before its attendee is looked at. */
import type { EventDoc } from '../../../shared/store/documents.ts';
import { BadTicketToken, type TicketClaims } from '../../../shared/ticket/token.ts';
import { seesEvent, type Viewer } from '../auth/scope.ts';
import type { Gateway } from '../gateway.ts';
import { type CheckinReason, eventRefusal } from './reasons.ts';

export type Deps = Pick<Gateway, 'store' | 'eventFacts' | 'verifyTicket'>;

export interface Asked {
  token: string;
  /** The event at this gate; undefined: any that this user works at. */
  eventId: number | undefined;
  user: Viewer & { username: string };
}

export interface Examined {
  claims: TicketClaims | null;
  /** The ticket's event, where this user may see it. */
  event: EventDoc | null;
  /** What speaks against it whatever its attendee says; `doors`: only at this time. */
  refusal: CheckinReason | null;
}

export async function examine(deps: Deps, { token, eventId, user }: Asked, now: Date): Promise<Examined> {
  let claims: TicketClaims;
  try {
    claims = await deps.verifyTicket(token);
  } catch (error) {
    if (error instanceof BadTicketToken) return { claims: null, event: null, refusal: 'bad_signature' };
    throw error;
  }
  const found = await deps.eventFacts.get(claims.event);
  const event = found && seesEvent(user, found) ? found : null;
  const elsewhere = (eventId !== undefined && eventId !== claims.event) || (found !== null && event === null);
  return { claims, event, refusal: elsewhere ? 'wrong_event' : eventRefusal(event, now) };
}
