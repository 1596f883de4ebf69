/** What ingest can be told. */
import { commonFaults, commonSettings } from '../../shared/config/common.ts';
import * as field from '../../shared/config/fields.ts';
import { type Config, loadConfig, type Settings } from '../../shared/config/index.ts';

export const ingestSettings = {
  ...commonSettings,
  INGEST_PORT: { doc: 'Where Razorpay’s webhooks arrive: POST /webhooks/razorpay.', type: field.port, default: '8001' },
  INGEST_OPS_PORT: { doc: 'Metrics and health of ingest.', type: field.port, default: '9101' },
  RAZORPAY_KEY_ID: {
    doc: 'API key id from Razorpay’s dashboard. Its prefix (rzp_test_ or rzp_live_) is the mode; a store belongs to one mode for good.',
    type: field.text.regex(/^rzp_(test|live)_\w+$/, 'must start with rzp_test_ or rzp_live_'),
    example: 'rzp_test_…',
  },
  RAZORPAY_KEY_SECRET: { doc: 'That key’s secret.', type: field.text, secret: true },
  RAZORPAY_WEBHOOK_SECRETS: {
    doc: 'The webhook’s secrets, comma separated: the current one first, after a change the previous one for 24 h.',
    type: field.list.refine((secrets) => secrets.length > 0, 'must name at least one secret'),
    secret: true,
  },
  RAZORPAY_API_URL: {
    doc: 'Razorpay’s API. Change it only to point at a simulator.',
    type: field.url('https', 'http'),
    default: 'https://api.razorpay.com',
  },
  SWEEP_INTERVAL: { doc: 'How often to ask Razorpay for what webhooks missed.', type: field.duration, default: '30m' },
  SWEEP_WINDOW: { doc: 'How far back each sweep looks at least.', type: field.duration, default: '24h' },
  SWEEP_FIRST_FROM: {
    doc: 'How far back the very first sweep goes; by default to the creation of the earliest event.',
    type: field.moment,
    optional: true,
    example: '2026-11-01T00:00:00+05:30',
  },
} as const satisfies Settings;

export type IngestConfig = Config<typeof ingestSettings>;

/** @throws ConfigError naming every fault */
export const loadIngestConfig = (env: NodeJS.ProcessEnv): IngestConfig => loadConfig(ingestSettings, env, commonFaults);
