import { webhook } from '../load/webhooks.ts';
import type { Path } from '../measure/path.ts';
import { CONNECTIONS, openWebhooks } from './webhook-contest.ts';

export const ingest: Path = {
  name: 'ingest',
  does: `a webhook of 1 kB, to the 200 after the PubAck; ${CONNECTIONS} connections`,
  limit: 'node:http, HMAC, JetStream publish',
  goal: { of: 'rate', atLeast: 0.8 },
  factsAtMost: { half_load_p99_ms: 50 },
  least: CONNECTIONS,
  open: (stage) => openWebhooks(stage, () => webhook(stage.secrets.webhookSecret)),
};
