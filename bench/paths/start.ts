/** From nothing to ready: each service, on a store that it knows, beside a process that only loads the same packages. */
import type { Contest, Path, Side } from '../measure/path.ts';
import { packagesOf } from '../process/packages.ts';
import type { Program } from '../process/program.ts';
import type { ServiceName, Stage } from '../process/stage.ts';

/** Starts a program and ends it, again and again; only the starts count. */
function starting(start: () => Promise<Program>): Side {
  let used = 0;
  return {
    async run(operations) {
      const latencies: number[] = [];
      while (latencies.length < operations) {
        const began = performance.now();
        const program = await start();
        latencies.push(performance.now() - began);
        used += await program.cpuMs();
        await program.stop();
      }
      return { ms: latencies.reduce((sum, ms) => sum + ms, 0), latencies };
    },
    cpuMs: async () => used,
  };
}

async function open(stage: Stage, service: ServiceName): Promise<Contest> {
  const database = stage.database();
  const { root } = stage.code;
  const env = { PACKAGES: packagesOf(`${root}/services/${service}/main.js`).join(',') };
  return {
    ours: starting(() => stage.service(service, database)),
    limit: starting(() => stage.program('limits/start', env)),
    close: async () => undefined,
  };
}

export const starts: readonly Path[] = (['gateway', 'ingest', 'ticketing'] as const).map((service) => ({
  name: `start-${service}`,
  does: `${service} from its start to ready, on a store that it knows`,
  limit: 'a Node process that loads the same packages',
  goal: { of: 'time', atMost: 1.3 },
  least: 1,
  open: (stage) => open(stage, service),
}));
