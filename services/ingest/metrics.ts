/** What ingest counts. Label values come from fixed lists: nobody outside can make new ones. */
import { Counter, FAST_SECONDS, Gauge, Histogram, type Registry } from '../../shared/metrics/index.ts';
import { KNOWN_EVENTS } from './webhook/events.ts';

const SWEEP_SECONDS = [0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1_800];

export function createIngestMetrics(registry: Registry) {
  const registers = [registry];
  const webhooks = new Counter({
    name: 'qrflow_webhooks_total',
    help: 'Webhook deliveries by event and by the status they were answered with',
    labelNames: ['event', 'answer'],
    registers,
  });
  // A series that begins at 1 has not increased: the alert would take the first webhook for none.
  for (const event of KNOWN_EVENTS) webhooks.inc({ event, answer: '200' }, 0);
  return {
    webhooks,
    webhookPublish: new Histogram({
      name: 'qrflow_webhook_publish_seconds',
      help: 'From a webhook read to its message confirmed by the bus',
      buckets: FAST_SECONDS,
      registers,
    }),
    webhookAge: new Histogram({
      name: 'qrflow_webhook_age_seconds',
      help: 'How old an event was when its webhook arrived',
      buckets: [1, 2, 5, 10, 30, 60, 300, 3_600, 86_400],
      registers,
    }),
    lastWebhook: new Gauge({
      name: 'qrflow_webhook_last_timestamp_seconds',
      help: 'When the last signed webhook arrived',
      registers,
    }),
    calls: new Counter({
      name: 'qrflow_razorpay_calls_total',
      help: 'Calls to Razorpay by operation and answer; each try counts',
      labelNames: ['operation', 'answer'],
      registers,
    }),
    callSeconds: new Histogram({
      name: 'qrflow_razorpay_call_seconds',
      help: 'Duration of calls to Razorpay',
      labelNames: ['operation'],
      buckets: [...FAST_SECONDS, 10],
      registers,
    }),
    pace: new Gauge({
      name: 'qrflow_razorpay_pause_seconds',
      help: 'Pause between calls to Razorpay, as its rate limit (429) taught; 0: none',
      registers,
    }),
    unreadable: new Counter({
      name: 'qrflow_unreadable_total',
      help: 'What Razorpay sent and nobody could read, by where it came from; it lands in the dead letters',
      labelNames: ['source'],
      registers,
    }),
    sweeps: new Counter({
      name: 'qrflow_sweeps_total',
      help: 'Sweeps by kind and by how they ended',
      labelNames: ['kind', 'state'],
      registers,
    }),
    sweepSeconds: new Histogram({
      name: 'qrflow_sweep_duration_seconds',
      help: 'Duration of sweeps',
      labelNames: ['kind'],
      buckets: SWEEP_SECONDS,
      registers,
    }),
    sweepPages: new Counter({
      name: 'qrflow_sweep_pages_total',
      help: 'List pages read by sweeps',
      registers,
    }),
    sweepFound: new Counter({
      name: 'qrflow_sweep_found_total',
      help: 'Payments that a sweep found new or changed and older than 2 minutes: what webhooks missed',
      registers,
    }),
    sweepRunning: new Gauge({
      name: 'qrflow_sweep_running',
      help: 'Sweeps that run in this replica',
      registers,
    }),
    sweepSeen: new Gauge({
      name: 'qrflow_sweep_progress_payments',
      help: 'Different payments that the running sweep has seen so far; 0 when none runs',
      labelNames: ['kind'],
      registers,
    }),
    sweepAwaited: new Gauge({
      name: 'qrflow_sweep_awaited_payments',
      help: 'Payments that the running sweep has published and not found in the store yet',
      labelNames: ['kind'],
      registers,
    }),
    sweepLastSuccess: new Gauge({
      name: 'qrflow_sweep_last_success_timestamp_seconds',
      help: 'When the last complete scheduled sweep of any replica ended',
      registers,
    }),
    scheduleFailures: new Gauge({
      name: 'qrflow_sweep_failures_in_a_row',
      help: 'Scheduled sweeps that failed since the last complete one',
      registers,
    }),
  };
}
export type IngestMetrics = ReturnType<typeof createIngestMetrics>;
