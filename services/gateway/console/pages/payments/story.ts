/** A payment's timeline in sentences. Pure. */
import type { Action } from '../../../../../shared/audit/index.ts';
import { asDate, shortTime, words } from '../../format.ts';

interface Entry {
  at: string;
  action: string;
  actor: string;
  facts: Record<string, unknown>;
}

export interface Step {
  at: string;
  text: string;
  by: string | null;
  tone: 'good' | 'warn' | 'bad' | 'plain';
}

const text = (value: unknown): string => (typeof value === 'string' ? words(value) : '');
const status = ({ status: is }: Entry['facts']) => (typeof is === 'string' ? `: ${is}` : '');
const list = (value: unknown): string => (Array.isArray(value) ? value.map(String).map(words).join(', ') : '');

const SEEN: Record<string, string> = {
  webhook: 'Webhook received',
  sweep: 'Found by the sweep, no webhook came',
  sync: 'Fetched from Razorpay by hand',
  lookup: 'Looked up at Razorpay',
};

const SETTLED: Record<string, [string, Step['tone']]> = {
  ticketed: ['Ticketed', 'good'],
  awaiting: ['Waits until the money is captured', 'plain'],
  // For its refund, or because somebody took its ticket away: a step of its own says which.
  revoked: ['It gives no ticket any more', 'warn'],
  foreign: ['Judged as not ours', 'plain'],
};

function settled({ outcome, reason }: Entry['facts']): [string, Step['tone']] {
  if (outcome === 'held') return [`Held: ${text(reason)}`, 'warn'];
  return SETTLED[String(outcome)] ?? [`Settled: ${text(outcome)}`, 'plain'];
}

const TOLD: Partial<Record<Action, (facts: Entry['facts']) => [string, Step['tone']]>> = {
  'payment.created': (facts) => [`${SEEN[String(facts.source)] ?? 'Seen'}${status(facts)}`, 'plain'],
  'payment.updated': (facts) => [`${SEEN[String(facts.source)] ?? 'Seen again'}, it changed${status(facts)}`, 'plain'],
  'payment.settled': settled,
  'payment.changed_by_hand': ({ fields, released }) => [
    released ? `Let through although ${text(released)}` : `Changed by hand: ${list(fields)}`,
    'plain',
  ],
  'payment.redacted': ({ reason }) => [
    reason === 'retention' ? 'Personal data erased, its time was over' : 'Personal data erased on request',
    'plain',
  ],
  'attendee.created': () => ['Became an attendee', 'plain'],
  'qr.generated': ({ issue }) => [issue === 1 ? 'QR ticket made' : `QR ticket made anew (issue ${issue})`, 'plain'],
  'ticket.revoked': () => ['Ticket revoked: it opens no door any more', 'warn'],
  'ticket.shown': () => ['Ticket shown at the desk', 'plain'],
  'mail.sent': ({ kind }) => [kind === 'cancellation' ? 'Cancellation mailed' : 'Ticket mailed', 'good'],
  'mail.failed': ({ reason }) => [`Mail failed${typeof reason === 'string' ? `: ${reason}` : ''}`, 'bad'],
  'mail.retried': () => ['Mail is sent again', 'plain'],
  'mail.cancelled': () => ['Mail called off, its ticket is not valid any more', 'plain'],
  'sync.requested': () => ['Asked Razorpay for it', 'plain'],
  'sweep.ended': ({ state }) => [`Sync ended: ${text(state)}`, 'plain'],
  'razorpay.fetched': () => ['Razorpay answered', 'plain'],
  'razorpay.fetch_failed': () => ['Razorpay could not be asked', 'bad'],
  'message.dead': () => ['A message about it could not be handled', 'bad'],
  'message.replayed': () => ['That message was handled again', 'plain'],
  // Told when the door was back on the network: that is the step's own time.
  'checkin.accepted': ({ scanned_at: at }) => [
    typeof at === 'string'
      ? `Checked in at a door without network: ${shortTime(at, asDate(at))}`
      : 'Checked in at the door',
    'good',
  ],
  'checkin.refused': ({ reason }) => [`Refused at the door: ${text(reason)}`, 'warn'],
};

/** Machines' names say little to whoever stands at the desk; a person's do. */
const MACHINES = new Set(['razorpay', 'ingest', 'ticketing', 'gateway']);
/** What runs beneath and tells nothing of its own. */
const SILENT = new Set(['sweep.started']);

export function story(timeline: readonly Entry[]): Step[] {
  return timeline
    .filter(({ action }) => !SILENT.has(action))
    .map(({ at, action, actor, facts }) => {
      const [said, tone] = TOLD[action as Action]?.(facts) ?? [words(action), 'plain'];
      return { at, text: said, tone, by: MACHINES.has(actor) ? null : actor };
    });
}
