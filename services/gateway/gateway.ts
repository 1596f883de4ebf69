/** What every route works with. */
import type { Bus } from '../../shared/bus/index.ts';
import type { Logger } from '../../shared/log/index.ts';
import type { Store } from '../../shared/store/index.ts';
import type { TicketClaims } from '../../shared/ticket/token.ts';
import type { ResendLimit } from './attendees/resend-limit.ts';
import type { Passwords } from './auth/password.ts';
import type { CheckPassword, SignIn } from './auth/sign-in.ts';
import type { EventFacts } from './events/facts.ts';
import type { FindTicket } from './find-ticket/find.ts';
import type { TestMailLimit } from './mail-template/test-limit.ts';
import type { GatewayMetrics } from './metrics.ts';
import type { TicketPages } from './ticket-page/open.ts';

export interface Gateway {
  store: Store;
  bus: Bus;
  log: Logger;
  metrics: GatewayMetrics;
  passwords: Passwords;
  checkPassword: CheckPassword;
  signIn: SignIn;
  findTicket: FindTicket;
  ticketPages: TicketPages;
  eventFacts: EventFacts;
  resendLimit: ResendLimit;
  testMailLimit: TestMailLimit;
  /** @throws BadTicketToken */
  verifyTicket(token: string): Promise<TicketClaims>;
  /** The keys it verifies with, for doors that do it themselves. */
  doorKeys: readonly { kid: string; x: string }[];
  /** The OpenAPI document of all routes. */
  document(): Record<string, unknown>;
  version: string;
  /** Where people reach it, if that is known. */
  publicUrl: string | undefined;
  /** Aborted when the gateway ends: what streams then ends too. */
  stopping: AbortSignal;
}
