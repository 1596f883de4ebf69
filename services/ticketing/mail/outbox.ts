/**
 * The outbox worker: takes due mails as long as breaker, pace and store allow, several at a time, and rests otherwise.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { claimMail } from './claim.ts';
import { allowance, type Pace } from './pace.ts';
import { endRests } from './rest.ts';
import { type MailTools, sendOne } from './send-one.ts';

export interface Outbox {
  /** A mail may be due: do not wait for the next look. */
  kick(): void;
  /** Lets running sends end, for a few seconds. */
  stop(): Promise<void>;
}

export interface OutboxOptions {
  workers: number;
  pace: Pace;
  /** The store can be reached. */
  open(): Promise<boolean>;
}

/** A mail server may hang for minutes; a process that is asked to stop may not. */
const STOP_WITHIN_MS = 6_000;
/** How often to look when nobody kicks: mails come due by time, and other replicas owe some. */
const LOOK_EVERY_MS = 1_000;

export function startOutbox(tools: MailTools, options: OutboxOptions): Outbox {
  const { store, breaker, log } = tools;
  const running = new Set<Promise<void>>();
  let stopped = false;
  let wake: (() => void) | undefined;
  let kicked = false;
  /** Whatever mails rest because of, this start may have mended it: as after an outage, one is tried. */
  let fresh = true;
  /** More may be due than there was room for. */
  let full = false;
  const kick = () => {
    kicked = true;
    wake?.();
  };
  breaker.on('probe', kick);
  breaker.on('works', () => {
    endRests(store)
      .catch((error: unknown) => log.warn({ reason: (error as Error).name }, 'mail: resting mails wait for their time'))
      .finally(kick);
  });

  const rest = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(done, LOOK_EVERY_MS);
      wake = done;
      function done() {
        clearTimeout(timer);
        wake = undefined;
        resolve();
      }
      if (kicked || stopped) done();
    });

  /** Takes one mail if there is room and one is due. */
  async function takeOne(): Promise<boolean> {
    full = running.size >= breaker.room(options.workers);
    if (full) return false;
    if ((await allowance(store, options.pace)) < 1) return false;
    const claimed = await claimMail(store, { probe: fresh || breaker.probing() });
    fresh = false;
    if (!claimed) return false;
    const sending = sendOne(tools, claimed)
      .catch((error: unknown) =>
        log.error(
          { err: error, mail: claimed.mail._id, correlation_id: claimed.mail.correlation_id },
          'mail: interrupted, its lease runs out',
        ),
      )
      .finally(() => {
        running.delete(sending);
        if (full || stopped) kick();
      });
    running.add(sending);
    return true;
  }

  async function loop() {
    while (!stopped) {
      kicked = false;
      try {
        if (await options.open()) while (!stopped && (await takeOne()));
      } catch (error) {
        log.warn({ reason: (error as Error).name }, 'mail: the outbox cannot be read, looking again soon');
        kicked = false;
      }
      await rest();
    }
    await Promise.all(running);
  }
  const looping = loop();

  return {
    kick,
    async stop() {
      stopped = true;
      wake?.();
      await Promise.race([looping, sleep(STOP_WITHIN_MS, undefined, { ref: false })]);
      if (running.size > 0)
        log.warn({ mails: running.size }, 'mail: stopping amid sends that hang; their leases run out');
    },
  };
}
