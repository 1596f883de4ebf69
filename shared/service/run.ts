/**
 * The life of a service's process: configuration checked at once, started, kept until SIGTERM or SIGINT, drained and
 * ended within 10 s. An error nobody handled ends the process loudly: a supervisor's restart is the cure, and the
 * promises hold through it (P6).
 */
import { ConfigError } from '../config/index.ts';
import type { Logger } from '../log/index.ts';

export interface RunningService {
  log: Logger;
  /** Stops taking work, finishes what runs, closes connections. */
  stop(): Promise<void>;
}

const DRAIN_MS = 9_000;

/** Starts a service and owns the process from then on. Only `main.ts` files call this. */
export async function run(name: string, start: () => Promise<RunningService>): Promise<void> {
  let service: RunningService;
  try {
    service = await start();
  } catch (error) {
    const known = error instanceof ConfigError || (error as NodeJS.ErrnoException).code === undefined;
    process.stderr.write(
      `${name} cannot start: ${known ? (error as Error).message : String((error as Error).stack)}\n`,
    );
    process.exit(1);
  }
  const { log } = service;
  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, 'service: stopping');
    const late = setTimeout(() => {
      log.error('service: did not drain in time, ending all the same');
      process.exit(1);
    }, DRAIN_MS);
    service.stop().then(
      () => {
        clearTimeout(late);
        log.info('service: stopped');
        process.exit(0);
      },
      (error: unknown) => {
        log.error({ err: error }, 'service: failed while stopping');
        process.exit(1);
      },
    );
  };
  const fatal = (error: unknown) => {
    log.fatal({ err: error }, 'service: an error that nobody handled');
    process.exitCode = 1;
    // Gives the log line a moment to leave; the state needs none.
    setTimeout(() => process.exit(1), 100).unref();
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
  process.on('uncaughtException', fatal);
  process.on('unhandledRejection', fatal);
}
