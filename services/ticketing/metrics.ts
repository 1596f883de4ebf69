/** What ticketing measures. */

import { Counter, FAST_SECONDS, Gauge, Histogram, type Registry, SLOW_SECONDS } from '../../shared/metrics/index.ts';
import { OUTCOME_KINDS } from '../../shared/outcome.ts';
import { REDACTION_REASONS } from '../../shared/store/documents.ts';

export type TicketingMetrics = ReturnType<typeof createTicketingMetrics>;

export function createTicketingMetrics(registry: Registry) {
  const registers = [registry];
  const metrics = {
    observations: new Counter({
      name: 'qrflow_observations_total',
      help: 'Observations handled: changed, known (nothing new), failed, dead.',
      labelNames: ['source', 'result'],
      registers,
    }),
    observeSeconds: new Histogram({
      name: 'qrflow_observation_seconds',
      help: 'From taking an observation to settled.',
      buckets: FAST_SECONDS,
      registers,
    }),
    settled: new Counter({
      name: 'qrflow_payments_settled_total',
      help: 'Payments settled, by outcome.',
      labelNames: ['outcome'],
      registers,
    }),
    settleFailures: new Counter({
      name: 'qrflow_settle_failures_total',
      help: 'Settlings that failed and are tried again.',
      registers,
    }),
    claimsLost: new Counter({
      name: 'qrflow_settle_claims_lost_total',
      help: 'Settlings that somebody else took over meanwhile.',
      registers,
    }),
    lookups: new Counter({
      name: 'qrflow_lookups_total',
      help: 'Second looks at Razorpay before a payment is held or called foreign.',
      labelNames: ['result'],
      registers,
    }),
    deadLetters: new Counter({
      name: 'qrflow_dead_letters_total',
      help: 'Messages given up on.',
      labelNames: ['subject'],
      registers,
    }),
    replays: new Counter({
      name: 'qrflow_dead_letters_replayed_total',
      help: 'Dead letters that a person had handled again: handled, failed.',
      labelNames: ['result'],
      registers,
    }),
    deadLettersWaiting: new Gauge({
      name: 'qrflow_dead_letters_waiting',
      help: 'Dead letters that wait for a person to replay them.',
      registers,
    }),
    pending: new Gauge({ name: 'qrflow_payments_pending', help: 'Payments whose effects are not done.', registers }),
    pendingAge: new Gauge({
      name: 'qrflow_payments_pending_oldest_seconds',
      help: 'Age of the oldest of them.',
      registers,
    }),
    held: new Gauge({
      name: 'qrflow_payments_held',
      help: 'Payments that wait for a person, by reason.',
      labelNames: ['reason'],
      registers,
    }),
    mails: new Gauge({
      name: 'qrflow_mails',
      help: 'Mails in the outbox, by state.',
      labelNames: ['state'],
      registers,
    }),
    mailsOwedAge: new Gauge({
      name: 'qrflow_mails_owed_oldest_seconds',
      help: 'Age of the oldest mail not sent yet, but for those put off by whom they are for.',
      registers,
    }),
    // Its label keeps it from being 0 between a start and the first count.
    mailsPutOff: new Gauge({
      name: 'qrflow_mails_put_off',
      help: 'Owed mails that wait long because of whom they are for, by fault: temporary, unconfirmed, refused.',
      labelNames: ['kind'],
      registers,
    }),
    mailAttempts: new Counter({
      name: 'qrflow_mail_attempts_total',
      help: 'Tries to send a mail: sent, address, temporary, server.',
      labelNames: ['result'],
      registers,
    }),
    templatesBroken: new Counter({
      name: 'qrflow_mail_templates_broken_total',
      help: 'Mails that went out in the default look because their event’s template is broken, or the mail server refused it.',
      registers,
    }),
    mailTests: new Counter({
      name: 'qrflow_mail_tests_total',
      help: 'Test mails of a template: sent, address, temporary, server, unconfirmed, paused, late.',
      labelNames: ['result'],
      registers,
    }),
    mailSeconds: new Histogram({
      name: 'qrflow_mail_send_seconds',
      help: 'The SMTP transaction.',
      buckets: FAST_SECONDS,
      registers,
    }),
    leasesLost: new Counter({
      name: 'qrflow_mail_leases_lost_total',
      help: 'Mails whose sender vanished; each may have been sent once more.',
      registers,
    }),
    paymentToMail: new Histogram({
      name: 'qrflow_payment_to_mail_seconds',
      help: 'From payment to ticket mail sent.',
      buckets: SLOW_SECONDS,
      registers,
    }),
    redacted: new Counter({
      name: 'qrflow_redacted_total',
      help: 'Payments and hand-made attendees whose personal data was erased, by reason.',
      labelNames: ['reason'],
      registers,
    }),
    redactionsDue: new Gauge({
      name: 'qrflow_redactions_due',
      help: 'Those whose RETENTION_DAYS are over and that are not erased yet.',
      registers,
    }),
    breaker: new Gauge({
      name: 'qrflow_mail_breaker_state',
      help: 'Mail breaker: 0 closed, 1 half open, 2 open.',
      registers,
    }),
    reconciled: new Counter({
      name: 'qrflow_attendees_reconciled_total',
      help: 'Payments sent back to settling because ticket or mail did not fit them, by what was wrong.',
      labelNames: ['drift'],
      registers,
    }),
  };
  for (const reason of REDACTION_REASONS) metrics.redacted.inc({ reason }, 0);
  for (const outcome of OUTCOME_KINDS) metrics.settled.inc({ outcome }, 0);
  return metrics;
}
