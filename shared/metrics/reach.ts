/** Whether store and bus can be reached, asked at each scrape: in a quiet hour nothing else would show it. */
import { Gauge, type Registry } from './index.ts';

export interface Reached {
  store: boolean;
  bus: boolean;
}

/** The checks have bounds of their own. Prometheus waits 10 s for all metrics, and a scrape that fails tells nothing. */
const WITHIN_MS = 4_000;
const NEITHER: Reached = { store: false, bus: false };

async function inTime(ready: () => Promise<Reached>, withinMs: number): Promise<Reached> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Reached>((resolve) => {
    timer = setTimeout(resolve, withinMs, NEITHER);
  });
  try {
    return await Promise.race([ready(), late]);
  } catch {
    return NEITHER;
  } finally {
    clearTimeout(timer);
  }
}

/** `ready`: what /readyz says. */
export function measureReach(registry: Registry, ready: () => Promise<Reached>, withinMs = WITHIN_MS): Gauge {
  return new Gauge({
    name: 'qrflow_reachable',
    help: 'Whether store and bus can be reached, as /readyz says: 1 or 0.',
    labelNames: ['part'],
    registers: [registry],
    async collect() {
      for (const [part, there] of Object.entries(await inTime(ready, withinMs))) this.set({ part }, there ? 1 : 0);
    },
  });
}
