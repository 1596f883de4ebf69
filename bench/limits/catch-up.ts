/**
 * The limit of catching up: the limits of its parts, one after the other, as many of each at once as the services have at
 * work. The pages and the publishes, then every payment's seven store trips, then every mail's three and its SMTP.
 */
import { connect } from 'nats';
import { inParallel } from '../../shared/in-parallel.ts';
import type { PaymentEntity } from '../../shared/razorpay/entities.ts';
import { paymentFacts } from '../../shared/razorpay/facts.ts';
import type { Observation } from '../../shared/razorpay/observation.ts';
import type { Run } from '../measure/path.ts';
import { answer } from '../process/answering.ts';
import { openBare } from '../process/bare-store.ts';
import { AT_ONCE as MAILS_AT_ONCE, mails } from '../subjects/mails.ts';
import { limitStream } from './trips/limit-stream.ts';
import { outboxTrips } from './trips/outbox.ts';
import { pageTrips, type Stretch } from './trips/pages.ts';
import { post, written } from './trips/posting.ts';
import { settlingTrips } from './trips/settling.ts';

const { MONGODB_URI = '', RAZORPAY_API_URL = '', AUTH = '', NATS_URL = '' } = process.env;
const PAGE = 100;
/** As ingest and ticketing have it when nothing is said. */
const PUBLISHES_AT_ONCE = 8;
const SETTLES_AT_ONCE = 8;

const store = await openBare(MONGODB_URI);
const publish = await limitStream(await connect({ servers: NATS_URL, noAsyncTraces: true }));
const pages = pageTrips(store, { apiUrl: RAZORPAY_API_URL, auth: AUTH });
const { settling } = settlingTrips(store, { state: 'owed' });
const outOfOutbox = outboxTrips(store);
let made = 0;

function messageOf(entity: PaymentEntity): string {
  const seen: Observation = {
    ...{ id: `limit.${entity.id}`, payment_id: entity.id, source: 'sync', correlation_id: 'bench' },
    ...{ observed_at: entity.created_at, payment: paymentFacts(entity) },
  };
  return JSON.stringify(seen);
}

async function catchUp({ from, to, count }: Stretch & { count: number }): Promise<Run> {
  const ready = await Promise.all((await mails(count)).map(written));
  const began = performance.now();
  const messages: string[] = [];
  for await (const { items, stored } of pages({ from, to }, Math.ceil(count / PAGE))) {
    if (stored > 0) throw new Error(`${stored} payments are stored already`);
    const page = items.map((item) => messageOf(item as unknown as PaymentEntity));
    await inParallel(page, PUBLISHES_AT_ONCE, (message) => publish(Buffer.from(message), `limit.${++made}`));
    messages.push(...page);
  }
  if (messages.length !== count) throw new Error(`${messages.length} of ${count} payments are listed`);
  const first = made - count;
  const settles = messages.map((message, nth) => settling(message, first + nth + 1));
  await inParallel(settles, SETTLES_AT_ONCE, (settle) => settle());
  await inParallel(ready, MAILS_AT_ONCE, (mail) => outOfOutbox(() => post(mail)));
  return { ms: performance.now() - began };
}

answer('ready', () => true);
answer('work', catchUp);
