/** A service in a process of its own that tells what it holds, so that a test's own memory is not measured. */
import { once } from 'node:events';
import { listening, type Running, startService } from '../service-process.ts';
import { until } from '../until.ts';
import type { Held } from './probe.ts';

export interface Measured extends Running {
  /** Where it listens; ticketing has an ops port only. */
  port: number;
  opsPort: number;
  /** What it holds now, after a garbage collection. */
  held(): Promise<Held>;
  /** Asks it to stop, and waits. */
  stop(): Promise<void>;
}

export async function startMeasured(service: string, env: Record<string, string>): Promise<Measured> {
  const running = startService(
    service,
    { ...env, LOG_LEVEL: 'info' },
    { nodeArgs: ['--expose-gc', '--import', 'tsx', '--import', './test/soak/probe.ts'], channel: true },
  );
  const { child, exit } = running;
  const { port = 0, ops_port: opsPort } = await listening(running);
  const ready = async () => (await fetch(`http://127.0.0.1:${opsPort}/readyz`)).status;
  await until(ready, (status) => status === 200, `${service} is ready`, 60_000);
  return {
    ...running,
    port,
    opsPort,
    async held() {
      const answer = once(child, 'message');
      child.send('held?');
      return (await answer)[0] as Held;
    },
    async stop() {
      child.kill('SIGTERM');
      await exit;
    },
  };
}

const MB = 1_048_576;
export const megabytes = (bytes: number): string => `${(bytes / MB).toFixed(2)} MB`;
