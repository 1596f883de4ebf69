/** Razorpay's list of payments read page by page and held against the store: what a sweep mostly does. */
import { loadIngestConfig } from '../../services/ingest/config.ts';
import { createIngestMetrics } from '../../services/ingest/metrics.ts';
import { createRazorpay } from '../../services/ingest/razorpay/client.ts';
import { createDeliveries } from '../../services/ingest/sweep/deliveries.ts';
import { sweepPayments } from '../../services/ingest/sweep/steps/payments.ts';
import { newSweep, noCounts } from '../../services/ingest/sweep/sweep.ts';
import { openParts } from '../../shared/service/parts.ts';
import { answer } from '../process/answering.ts';
import { timed } from '../process/timed.ts';

const { FROM = '', TO = '', PAGES = '' } = process.env;
const window = { from: Number(FROM), to: Number(TO) };
const config = loadIngestConfig(process.env);
const { store, bus, log, registry, storeReady } = openParts('ingest', config);
const metrics = createIngestMetrics(registry);
const razorpay = createRazorpay({
  ...{ keyId: config.RAZORPAY_KEY_ID, keySecret: config.RAZORPAY_KEY_SECRET, apiUrl: config.RAZORPAY_API_URL },
  metrics,
});
const { signal } = new AbortController();

async function sweepOnce(): Promise<void> {
  const deliveries = createDeliveries({
    ...{ bus, store, sweepId: 'bench', source: 'sweep', correlationId: 'bench', signal },
  });
  const counts = noCounts();
  const sweep = newSweep({
    ...{ id: 'bench', window, razorpay, store, log, metrics, signal, deliveries, counts },
    at: () => undefined,
    // Written down every few seconds; this takes less.
    progress: async () => undefined,
  });
  await sweepPayments(sweep, window);
  // The last one is empty: only that proves the end.
  if (counts.pages !== Number(PAGES) + 1 || counts.published > 0)
    throw new Error(`not ${PAGES} pages without news: ${JSON.stringify(counts)}`);
}

answer('ready', async () => {
  await storeReady;
  return true;
});
answer('work', (sweeps: number) => timed(sweeps, 1, sweepOnce));
