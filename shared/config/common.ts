/** Settings that all three services share. */

import { readStoreAddress } from '../store/address.ts';
import * as field from './fields.ts';
import type { Config, Setting, Settings } from './index.ts';

export const commonSettings = {
  MONGODB_URI: {
    doc: 'Where the MongoDB replica set is, with the database name; its members comma separated.',
    type: field.readBy(readStoreAddress),
    secret: true,
    example: 'mongodb://localhost:27017/qrflow?replicaSet=rs0',
  },
  NATS_URL: {
    doc: 'Where NATS (2.10 or newer, with JetStream) is; several, comma separated.',
    type: field.urls('nats', 'tls', 'ws', 'wss'),
    example: 'nats://localhost:4222',
  },
  NATS_CREDS: {
    doc: 'A NATS credentials file’s text, where the server asks for one.',
    type: field.text,
    optional: true,
    secret: true,
  },
  NATS_USER: { doc: 'This service’s user at NATS, where it has one.', type: field.text, optional: true },
  NATS_PASSWORD: { doc: 'That user’s password.', type: field.text, optional: true, secret: true },
  NATS_REPLICAS: {
    doc: 'How many servers of a NATS cluster keep each message: 1, or 3 in a cluster.',
    type: field.count(1, 5),
    default: '1',
  },
  HOST: { doc: 'The address that public ports listen on.', type: field.text, default: '0.0.0.0' },
  OPS_HOST: {
    doc: 'The address that the ops port (metrics, health) listens on. Anything but loopback needs METRICS_TOKEN.',
    type: field.text,
    default: '127.0.0.1',
  },
  METRICS_TOKEN: {
    doc: 'Bearer token that /metrics asks for.',
    type: field.secret(16, 'openssl rand -hex 32'),
    optional: true,
    secret: true,
  },
  LOG_LEVEL: {
    doc: 'trace, debug, info, warn, error or fatal.',
    type: field.text.refine(
      (level) => ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'].includes(level),
      'must be trace, debug, info, warn, error, fatal or silent',
    ),
    default: 'info',
  },
} as const satisfies Settings;

/** Read by the services that tell people where something is. */
export const PUBLIC_URL = {
  doc: 'Where people reach the gateway: what links in mails begin with (none: a mail has no link to its ticket), and the servers entry of /openapi.json.',
  type: field.site,
  optional: true,
  example: 'https://tickets.example.edu',
} as const satisfies Setting;

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);

/** Faults that concern several common settings. */
export function commonFaults(config: Config<typeof commonSettings>): string[] {
  return LOOPBACK.has(config.OPS_HOST) || config.METRICS_TOKEN !== undefined
    ? []
    : [`OPS_HOST ${config.OPS_HOST} can be reached from outside: set METRICS_TOKEN, or use 127.0.0.1`];
}
