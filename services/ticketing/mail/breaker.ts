/**
 * The circuit breaker around the mail server, one a replica. Only faults of the server count; while it is open no mail
 * is taken, so nothing is dropped and no attempt is burnt.
 */

import type { SendMailOptions } from 'nodemailer';
import CircuitBreaker from 'opossum';
import type { Logger } from '../../../shared/log/index.ts';
import type { TicketingMetrics } from '../metrics.ts';
import { classify, metAnyMail, refusesThisMail } from './faults.ts';
import type { MailTransport } from './transport.ts';

export interface MailBreaker {
  /**
   * @param alone this mail was refused again and again while others got through
   * @throws the transport's error
   */
  send(message: SendMailOptions, alone?: boolean): Promise<void>;
  /** How many sends may run at once now: none while open, one probe while half open. */
  room(workers: number): number;
  /** One mail may try the server now. */
  probing(): boolean;
  /**
   * `probe`: one mail may try the server; `works`: it does, for the first time since the start or after a fault, also
   * where too few mails failed to open the breaker.
   */
  on(change: 'probe' | 'works', listener: () => void): void;
  close(): void;
}

/** Sends seen before the breaker may open: the default, 0, opens on the very first failure. */
const VOLUME = 5;
const WINDOW_MS = 30_000;

export function mailBreaker(
  transport: MailTransport,
  resetMs: number,
  log: Logger,
  metrics: TicketingMetrics,
): MailBreaker {
  const breaker = new CircuitBreaker((message: SendMailOptions, _alone: boolean) => transport.send(message), {
    // The transport has time-outs of its own; opossum's would not stop the send, only forget it.
    timeout: false,
    errorThresholdPercentage: 50,
    volumeThreshold: VOLUME,
    rollingCountTimeout: WINDOW_MS,
    resetTimeout: resetMs,
    // "True" counts as a success of the server: it answered, it just does not want this mail.
    errorFilter: (error: unknown, _message?: SendMailOptions, alone = false) =>
      ['address', 'temporary'].includes(classify(error).kind) || (alone && refusesThisMail(error)),
  });
  // Only `close` would leave the few mails of a short or sparse outage to rest for up to a quarter of an hour. At the
  // start nobody knows: mails may rest because of a fault that another process saw, and that the restart mended.
  let failing = true;
  let works: () => void = () => undefined;
  const worksAgain = () => {
    if (!failing) return;
    failing = false;
    works();
  };
  metrics.breaker.set(0);
  breaker.on('open', () => {
    metrics.breaker.set(2);
    log.error({ retry_in_ms: resetMs }, 'mail: the mail server fails, pausing; nothing is lost');
  });
  breaker.on('halfOpen', () => {
    metrics.breaker.set(1);
    log.info('mail: trying the mail server again with one mail');
  });
  breaker.on('close', () => {
    metrics.breaker.set(0);
    log.info('mail: the mail server works again');
    failing = true;
    worksAgain();
  });
  return {
    async send(message, alone = false) {
      try {
        await breaker.fire(message, alone);
      } catch (error) {
        failing ||= metAnyMail(error);
        throw error;
      }
      worksAgain();
    },
    room: (workers) => (breaker.halfOpen ? 1 : breaker.opened ? 0 : workers),
    probing: () => breaker.halfOpen,
    on: (change, listener) => {
      if (change === 'probe') breaker.on('halfOpen', listener);
      else works = listener;
    },
    close: () => breaker.shutdown(),
  };
}
