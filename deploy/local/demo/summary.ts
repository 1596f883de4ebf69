/** How the story ended, for people. */
import { paint } from '../stack/paint.ts';
import type { Held } from './checks/promises.ts';
import type { Check, World } from './world.ts';

export interface Counts {
  readonly rows: readonly (readonly [string, string])[];
}

/** What the public interfaces say now. */
export async function countAll(world: World): Promise<Counts> {
  const payments = await world.gateway.eventPayments(world.eventId);
  const held = await world.gateway.held();
  const mails = await world.inbox.mails();
  const cancellations = mails.filter(({ attachments }) => !attachments.some((one) => one.contentType === 'image/png'));
  const reasons = held.map(({ reason }) => reason).sort();
  const due = [...world.due.values()];
  const lost = due.filter((one) => one.lost && one.student !== null).length;
  const live = payments.filter(({ attendee }) => attendee?.live).length;
  const revoked = payments.filter(({ outcome }) => outcome === 'revoked').length;
  const students = new Set(due.map(({ student }) => student).filter((one) => one !== null)).size;
  const paid = due.filter(({ student }) => student !== null).length;
  return {
    rows: [
      ['paid', `${paid} payments of ${students} students, ${due.length - paid} for something else`],
      ['tickets', `${live}`],
      [
        'mails',
        `${mails.length}: ${mails.length - cancellations.length} tickets, ${cancellations.length} cancellation`,
      ],
      ['found by sweep', `${world.sweep?.missing ?? 0}: ${lost} students, the rest not ours`],
      ['held', `${held.length}${held.length > 0 ? `: ${reasons.join(', ')}` : ''}`],
      ['revoked', `${revoked}`],
    ],
  };
}

export function tableOf({ rows }: Counts): string {
  const left = Math.max(...rows.map(([what]) => what.length));
  const right = Math.max(...rows.map(([, value]) => value.length));
  const line = (a: string, b: string, c: string) => `  ${a}${'─'.repeat(left + 2)}${b}${'─'.repeat(right + 2)}${c}`;
  const body = rows.map(([what, value]) => `  │ ${what.padEnd(left)} │ ${value.padEnd(right)} │`);
  return [line('┌', '┬', '┐'), ...body, line('└', '┴', '┘')].join('\n');
}

export function oneTicket(held: ReadonlyMap<string, Held>): string {
  const [ticket] = held.values();
  if (ticket === undefined) return '  No ticket could be read from the inbox.';
  const [, payload = ''] = ticket.token.split('.');
  return [
    `  The QR code in ${ticket.name}’s mail reads`,
    `    ${ticket.token.slice(0, 100)}…`,
    `  which the public key verifies; it says ${Buffer.from(payload, 'base64url').toString()}: ticket and event, nothing personal.`,
  ].join('\n');
}

export function checksOf(checks: readonly Check[], colours: boolean): string {
  return checks
    .map(({ name, sentence, fault }) => {
      const mark = fault === null ? paint('green', '✓', colours) : paint('red', '✗', colours);
      return `  ${mark} ${name.padEnd(8)}${sentence}${fault === null ? '' : `\n${' '.repeat(12)}${paint('red', fault, colours)}`}`;
    })
    .join('\n');
}
