/**
 * What a failed send says about the mail and about the server. Pure.
 * Only a fault of the address itself may fail a mail: a quota, a policy, a wrong password or a TLS fault is the
 * server's, whatever its 5xx says, and must never cost a student the ticket.
 */

/**
 * - address: this address will never work; the mail fails and is shown
 * - temporary: this mail, later (4xx); counts against its schedule
 * - server: no mail would get through now; counts for the breaker, burns no attempt
 */
export type FaultKind = 'address' | 'temporary' | 'server';

export interface MailFault {
  kind: FaultKind;
  /** For people; without addresses. */
  text: string;
}

/** What nodemailer's errors carry. */
interface SmtpError {
  code?: string;
  responseCode?: number;
  response?: string;
  command?: string;
  message?: string;
}

/** RFC 3463, behind the code: `550 5.1.1 …`. */
const ENHANCED = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/;
const ADDRESS_STATUS = /^5\.(1\.\d+|2\.1)$/;
/** "Service not available, closing": the server as a whole. */
const CLOSING = 421;

const scrubbed = (text: string): string =>
  text
    .replace(/<?[^\s<>@]+@[^\s<>]+>?/g, '<address>')
    .replace(/\s+/g, ' ')
    .slice(0, 300);

function kindOf({ code, responseCode, response = '', command = '' }: SmtpError): FaultKind {
  if (code === 'EAUTH') return 'server';
  if (responseCode === undefined) return code === 'EENVELOPE' ? 'address' : 'server';
  if (responseCode < 500) return responseCode === CLOSING ? 'server' : 'temporary';
  const enhanced = ENHANCED.exec(response)?.[1];
  if (enhanced !== undefined) return ADDRESS_STATUS.test(enhanced) ? 'address' : 'server';
  return (responseCode === 550 || responseCode === 553) && command.startsWith('RCPT') ? 'address' : 'server';
}

export function classify(error: unknown): MailFault {
  const fault = (error ?? {}) as SmtpError;
  return { kind: kindOf(fault), text: scrubbed(fault.response ?? fault.message ?? fault.code ?? 'unknown') };
}
