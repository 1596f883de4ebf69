import { webhook } from '../load/webhooks.ts';
import type { Path } from '../measure/path.ts';
import { CONNECTIONS, openWebhooks } from './webhook-contest.ts';

/** One in so many is Razorpay's. */
const GOOD_ONE_IN = 10;

export const flood: Path = {
  name: 'flood',
  does: `webhooks of which 9 in ${GOOD_ONE_IN} have a wrong signature; the good ones are stored`,
  limit: 'node:http, HMAC, publish of the good ones',
  goal: { of: 'rate', atLeast: 0.8 },
  least: CONNECTIONS,
  open: (stage) => openWebhooks(stage, (nth) => webhook(stage.secrets.webhookSecret, nth % GOOD_ONE_IN === 0)),
};
