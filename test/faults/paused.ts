/**
 * Replicas that are paused (SIGSTOP) and woken: processes of their own, whose clock is 3 s ahead of the others' and whose
 * store answers as late as the test wants.
 */
import { listening, type Running, startService } from '../service-process.ts';
import { until, type World } from '../world.ts';
import { type FaultyProxy, startProxy } from './proxy.ts';

const CLOCK_AHEAD = `data:text/javascript,${encodeURIComponent(`
  const real = Date;
  globalThis.Date = class Date extends real {
    constructor(...given) { given.length > 0 ? super(...given) : super(real.now() + 3000); }
    static now() { return real.now() + 3000; }
  };`)}`;

/** Long ago: a lease that ends then is anybody's. */
export const PAST = new Date(0);

export interface Pausable extends Running {
  opsPort: number;
  pause(): void;
  wake(): void;
  /** Asks it to stop; it does once what it had in work is done. Answers its exit code. */
  ended(): Promise<number | null>;
}

export interface Pausing {
  /** Between these replicas and the store. */
  proxy: FaultyProxy;
  start(service: string, env?: Record<string, string>): Promise<Pausable>;
  /** Kills what is left. */
  end(): Promise<void>;
  close(): Promise<void>;
}

export async function pausing(world: World): Promise<Pausing> {
  const uri = world.env.MONGODB_URI as string;
  const proxy = await startProxy(Number(new URL(uri).port));
  const running: Running[] = [];
  async function end() {
    proxy.delay(0);
    for (const { child } of running) child.kill('SIGKILL');
    await Promise.all(running.splice(0).map(({ exit }) => exit));
  }
  return {
    proxy,
    async start(service, env = {}) {
      const all = { ...world.env, MONGODB_URI: proxy.instead(uri), LOG_LEVEL: 'info', ...env };
      const one = startService(service, all, { nodeArgs: ['--import', CLOCK_AHEAD] });
      running.push(one);
      const { ops_port } = await listening(one);
      await until(
        async () => (await fetch(`http://127.0.0.1:${ops_port}/readyz`)).status,
        (status) => status === 200,
        `${service} ready`,
        60_000,
      );
      return {
        ...one,
        opsPort: ops_port,
        pause: () => void one.child.kill('SIGSTOP'),
        wake: () => void one.child.kill('SIGCONT'),
        async ended() {
          one.child.kill('SIGTERM');
          return await one.exit;
        },
      };
    },
    end,
    async close() {
      await end();
      await proxy.close();
    },
  };
}
