/**
 * What a failed send says about the mail and about the server. Pure.
 * Only a fault of the address itself may fail a mail: a quota, a policy, a wrong password or a TLS fault is the
 * server's, whatever its 5xx says, and must never cost a student the ticket.
 */

import { MailUnconfirmed } from './transport.ts';

/**
 * - address: this address will never work; the mail fails and is shown
 * - temporary: this mail, later (4xx); counts against its schedule
 * - unconfirmed: it may have arrived; tried again a few times, hours apart, then shown
 * - server: no mail would get through now; counts for the breaker, burns no attempt
 */
export type FaultKind = 'address' | 'temporary' | 'unconfirmed' | 'server';

export interface MailFault {
  kind: FaultKind;
  /** For people, beside the mail; without addresses. */
  text: string;
  /** For trail and log, which keep it for good: without words of a server that knew whom the mail is for. */
  told: string;
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
/** Recipient's address or mailbox; 5.1.7 and 5.1.8 are about the sender's. */
const isAboutAddress = (status: string): boolean =>
  status === '5.2.1' || (status.startsWith('5.1.') && status !== '5.1.7' && status !== '5.1.8');
/** What servers without enhanced codes answer to a recipient that will never work. */
const ADDRESS_CODES = new Set([501, 550, 551, 553]);
/** "Service not available, closing": the server as a whole. */
const CLOSING = 421;

/** Neither address nor server is at fault: this mail cannot be made as things are. */
export class Unmakeable extends Error {
  override readonly name = 'Unmakeable';
}

const scrubbed = (text: string): string =>
  text
    .replace(/<?[^\s<>@]+@[^\s<>]+>?/g, '<address>')
    .replace(/\s+/g, ' ')
    .slice(0, 300);

/** A reply to this mail's recipient or body. Up to MAIL FROM nothing is known of it: what fails there meets any mail. */
const isAboutThisMail = ({ responseCode, command }: SmtpError): boolean =>
  responseCode !== undefined && /^(RCPT|DATA)/.test(command ?? '');

function kindOf(error: SmtpError): FaultKind {
  const { code, responseCode, response, command, message } = error;
  if (code === 'EAUTH') return 'server';
  if (responseCode === undefined) return code === 'EENVELOPE' && !message?.match(/sender/i) ? 'address' : 'server';
  if (!isAboutThisMail(error)) return 'server';
  if (responseCode < 500) return responseCode === CLOSING ? 'server' : 'temporary';
  const enhanced = response?.match(ENHANCED)?.[1];
  if (enhanced !== undefined) return isAboutAddress(enhanced) ? 'address' : 'server';
  return ADDRESS_CODES.has(responseCode) && command?.startsWith('RCPT') ? 'address' : 'server';
}

/** A reply's code and class: `550 5.1.1`. */
const codeOf = (response: string): string | undefined =>
  [/^\d{3}/.exec(response)?.[0], ENHANCED.exec(response)?.[1]].filter(Boolean).join(' ') || undefined;

/** Words that were said before anybody knew the recipient, or that no server said. */
function isAboutNobody(fault: SmtpError, kind: FaultKind): boolean {
  if (fault.response === undefined) return kind !== 'address';
  return fault.command !== undefined && !isAboutThisMail(fault);
}

export function classify(error: unknown): MailFault {
  const fault = (error ?? {}) as SmtpError;
  if (error instanceof Unmakeable) return { kind: 'temporary', text: error.message, told: error.message };
  if (error instanceof MailUnconfirmed) return { kind: 'unconfirmed', text: error.message, told: error.message };
  const { response, message, code } = fault;
  // Before the mail is told of, a reply alone says too little: "500 not recognized" may be the answer to STARTTLS.
  const whole = response !== undefined && message?.includes(response) && !isAboutThisMail(fault);
  const said = whole ? message : response;
  const kind = kindOf(fault);
  const text = scrubbed(said ?? message ?? code ?? 'unknown');
  const told = isAboutNobody(fault, kind) ? text : (codeOf(response ?? '') ?? code ?? 'unknown');
  return { kind, text, told };
}

/** The server failed before this mail was told of: once any mail gets through, the others may. */
export const metAnyMail = (error: unknown): boolean =>
  classify(error).kind === 'server' && !isAboutThisMail((error ?? {}) as SmtpError);

/** Refused for good when it was told of, and not for its address: a full mailbox, a policy; or a quota, which meets the next one, too. */
export const refusesThisMail = (error: unknown): boolean =>
  classify(error).kind === 'server' && !metAnyMail(error) && ((error ?? {}) as SmtpError).responseCode !== CLOSING;

/** The server takes its recipient, and not what it says: a filter, a size. In other words it may. */
export const refusesContents = (error: unknown): boolean =>
  refusesThisMail(error) && (error as SmtpError).command?.startsWith('DATA') === true;
