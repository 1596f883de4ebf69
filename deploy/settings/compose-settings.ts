/** What only docker-compose.yml reads, and what it decides by itself. */
import * as field from '../../shared/config/fields.ts';
import type { Settings } from '../../shared/config/index.ts';

const password = (whose: string) => ({ doc: `The password of ${whose}.`, type: field.text, secret: true }) as const;

export const composeSettings = {
  PUBLISH_ADDRESS: {
    doc: 'The address of this host where GATEWAY_PORT and INGEST_PORT can be reached. Loopback, for a reverse proxy with TLS in front; 0.0.0.0 for everybody.',
    type: field.text,
    default: '127.0.0.1',
  },
  TICKETING_REPLICAS: {
    doc: 'How many containers of ticketing run.',
    type: field.count(1, 100),
    default: '1',
  },
  QRFLOW_VERSION: { doc: 'The tag that the images get.', type: field.text, default: 'latest' },
  MONGO_ROOT_PASSWORD: password('MongoDB’s administrator'),
  MONGO_PASSWORD: password('the services’ MongoDB user (letters and digits: it goes into a URL)'),
  MONGO_REPLICA_KEY: {
    doc: 'What members of the MongoDB replica set know each other by.',
    type: field.text,
    secret: true,
  },
  NATS_GATEWAY_PASSWORD: password('the gateway’s NATS user'),
  NATS_INGEST_PASSWORD: password('ingest’s NATS user'),
  NATS_TICKETING_PASSWORD: password('ticketing’s NATS user'),
} as const satisfies Settings;

/** docker-compose.yml gives these to the services itself; in `.env` they have no effect on it. */
export const SET_BY_COMPOSE: readonly string[] = [
  'MONGODB_URI',
  'NATS_URL',
  'NATS_USER',
  'NATS_PASSWORD',
  'NATS_CREDS',
  'HOST',
  'OPS_HOST',
  'GATEWAY_OPS_PORT',
  'INGEST_OPS_PORT',
  'TICKETING_OPS_PORT',
];
