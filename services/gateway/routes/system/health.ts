import { z } from 'zod';
import { route } from '../../http/route.ts';

/** Longer would make a health check hang on a store that is away. */
const PATIENCE_MS = 1_500;

const upOrDown = z.enum(['up', 'down']);

const answer = z
  .strictObject({
    status: z.enum(['ok', 'degraded']),
    message: z.string(),
    store: upOrDown,
    bus: upOrDown,
    version: z.string(),
  })
  .meta({ id: 'Health' });

type Health = z.input<typeof answer>;

const MESSAGES = {
  'up up': 'everything is there',
  'up down': 'reads and check-ins work; what needs the other services answers 503 until the bus is back',
  'down up': 'the store cannot be reached; nearly everything answers 503 until it is back',
  'down down': 'neither the store nor the bus can be reached',
} as const;

const within = (ms: number, answer: Promise<boolean>): Promise<boolean> => {
  let late: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    late = setTimeout(resolve, ms, false);
  });
  return Promise.race([answer, timeout]).finally(() => clearTimeout(late));
};

export const health = route({
  id: 'health',
  method: 'GET',
  path: '/health',
  tag: 'system',
  summary: 'Alive, and what it can reach',
  description: 'Always 200 while the gateway is alive. Whether it may take traffic is told by /readyz on the ops port.',
  access: 'public',
  answers: {
    200: {
      description: 'Alive.',
      schema: answer,
      example: { status: 'ok', message: MESSAGES['up up'], store: 'up', bus: 'up', version: '0.1.0' },
    },
  },
  async handle({ gateway: { store, bus, version } }) {
    const storeIs: Health['store'] = (await within(PATIENCE_MS, store.ping(PATIENCE_MS))) ? 'up' : 'down';
    const busIs: Health['bus'] = bus.connected() ? 'up' : 'down';
    const status: Health['status'] = storeIs === 'up' && busIs === 'up' ? 'ok' : 'degraded';
    const message = MESSAGES[`${storeIs} ${busIs}`];
    return { status: 200, body: { status, message, store: storeIs, bus: busIs, version } };
  },
});
