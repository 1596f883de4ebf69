/** How the machinery is, in words for somebody who runs an event and not a server. Pure. */

import type { SigningKey } from './signing-key.ts';

export interface Reach {
  bus: boolean;
  /** How long the store took to answer; null: it did not. */
  storeMs: number | null;
}

export interface HealthFacts extends Reach {
  /** Of the payments first seen in the last two hours, by whom; `late`: those that a webhook should have brought. */
  webhook: { last: Date | null; byWebhook: number; late: number };
  sweep: {
    lastComplete: Date | null;
    next: Date | null;
    failures: number;
    error: string | null;
    /** Seconds on Razorpay’s clock: everything up to here is in the store. */
    watermark: number | null;
    running: boolean;
  };
  /** `resting`: mails that wait because the mail server fails. */
  mail: { resting: number; error: string | null; oldestOwed: Date | null };
  settling: { pending: number; oldest: Date | null };
  signing: SigningKey;
}

export const HEALTH_PARTS = ['webhook', 'sweep', 'breaker', 'settling', 'signing', 'bus', 'store'] as const;
export const TONES = ['good', 'warn', 'bad'] as const;

export interface HealthWord {
  part: (typeof HEALTH_PARTS)[number];
  label: string;
  tone: (typeof TONES)[number];
  text: string;
}

const MINUTE = 60_000;
/** By so much machines' clocks may differ before one of them is called wrong. */
const AHEAD_MS = 2 * MINUTE;

function span(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / MINUTE));
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.round(hours / 24)} days`;
}
const since = (at: Date, now: Date) => span(now.getTime() - at.getTime());
const until = (at: Date, now: Date) => span(at.getTime() - now.getTime());
const some = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

function webhook({ webhook: { last, byWebhook, late } }: HealthFacts, now: Date): HealthWord {
  const word = { part: 'webhook', label: 'Webhooks' } as const;
  if (late > 0 && byWebhook === 0)
    return {
      ...word,
      tone: 'bad',
      text: `Silent for ${last ? since(last, now) : '2 h'} while the sweep found ${some(late, 'payment')}: look at Razorpay’s dashboard, the webhook may be disabled, and whether its address can be reached.`,
    };
  if (late > 0)
    return {
      ...word,
      tone: 'warn',
      text: `${some(late, 'payment')} of the last 2 h came by the sweep, ${byWebhook} by webhook: some webhooks are lost on the way.`,
    };
  if (!last) return { ...word, tone: 'good', text: 'None yet. They come with the first payment.' };
  return { ...word, tone: 'good', text: `They arrive; the last payment came ${since(last, now)} ago.` };
}

function sweep({ sweep: { lastComplete, next, failures, error } }: HealthFacts, now: Date): HealthWord {
  const word = { part: 'sweep', label: 'Sweep' } as const;
  const overdue = next !== null && now.getTime() - next.getTime() > 10 * MINUTE;
  const why = error === null ? '' : ` The last one said: ${error}.`;
  if (failures > 0)
    return {
      ...word,
      tone: failures > 2 ? 'bad' : 'warn',
      text: `${failures === 1 ? 'The last one' : `The last ${failures}`} failed; ${lastComplete ? `the last complete one was ${since(lastComplete, now)} ago` : 'none has completed yet'}.${why}`,
    };
  if (lastComplete && lastComplete.getTime() - now.getTime() > AHEAD_MS)
    return {
      ...word,
      tone: 'bad',
      text: `The last one ended ${until(lastComplete, now)} from now, it says: a clock is wrong. Look at ingest’s machine, and at this one.`,
    };
  if (overdue) return { ...word, tone: 'bad', text: `Overdue by ${since(next, now)}: is ingest running?` };
  if (!lastComplete) return { ...word, tone: 'warn', text: 'None has completed yet.' };
  return {
    ...word,
    tone: 'good',
    text: `Everything Razorpay knew ${since(lastComplete, now)} ago is here.${next && next > now ? ` The next one is in ${until(next, now)}.` : ''}`,
  };
}

function breaker({ mail: { resting, error, oldestOwed } }: HealthFacts, now: Date): HealthWord {
  const word = { part: 'breaker', label: 'Mail server' } as const;
  if (resting > 0)
    return {
      ...word,
      tone: 'bad',
      text: `It fails${error === null ? '' : ` (${error})`}; ${some(resting, 'mail')} ${resting === 1 ? 'waits' : 'wait'}. They go out by themselves once it works again.`,
    };
  if (oldestOwed && now.getTime() - oldestOwed.getTime() > 5 * MINUTE)
    return { ...word, tone: 'warn', text: `A mail has been due for ${since(oldestOwed, now)}: is ticketing running?` };
  return { ...word, tone: 'good', text: 'Takes what is sent.' };
}

function settling({ settling: { pending, oldest } }: HealthFacts, now: Date): HealthWord {
  const word = { part: 'settling', label: 'Tickets' } as const;
  if (pending > 0 && oldest && now.getTime() - oldest.getTime() > 5 * MINUTE)
    return {
      ...word,
      tone: 'bad',
      text: `${some(pending, 'payment')} not decided yet, the oldest for ${since(oldest, now)}: is ticketing running?`,
    };
  if (pending > 0) return { ...word, tone: 'good', text: `${some(pending, 'payment')} being decided right now.` };
  return { ...word, tone: 'good', text: 'Up to date: each payment has its ticket, is held for you, or is not ours.' };
}

function signing({ signing: { kid, known } }: HealthFacts): HealthWord {
  const word = { part: 'signing', label: 'Ticket key' } as const;
  if (kid === null) return { ...word, tone: 'good', text: 'Ticketing has not said yet which one it signs with.' };
  if (known) return { ...word, tone: 'good', text: 'Doors know the key that tickets are signed with.' };
  return {
    ...word,
    tone: 'bad',
    text: `Tickets are signed with key ${kid}, which this gateway does not know: doors refuse them. Its public key belongs into TICKET_PUBLIC_KEYS.`,
  };
}

/** Bus and store: what is known even where the store is away. */
export const reachWords = ({ bus, storeMs }: Reach): HealthWord[] => [
  bus
    ? { part: 'bus', label: 'Bus', tone: 'good', text: 'Connected.' }
    : {
        part: 'bus',
        label: 'Bus',
        tone: 'bad',
        text: 'Cannot be reached. Reading and check-in go on; syncs and new tickets wait until it is back.',
      },
  storeMs === null
    ? { part: 'store', label: 'Store', tone: 'bad', text: 'Does not answer.' }
    : storeMs > 500
      ? { part: 'store', label: 'Store', tone: 'warn', text: `Slow: it took ${Math.round(storeMs)} ms to answer.` }
      : { part: 'store', label: 'Store', tone: 'good', text: 'Answers.' },
];

export const healthWords = (facts: HealthFacts, now: Date): HealthWord[] => [
  webhook(facts, now),
  sweep(facts, now),
  breaker(facts, now),
  settling(facts, now),
  signing(facts),
  ...reachWords(facts),
];
