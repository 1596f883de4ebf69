/** Work that is done again and again, one run after the other, until it is stopped. */
import type { Logger } from '../../../shared/log/index.ts';

export interface Repeating {
  /** Ends after the run that is going on. */
  stop(): Promise<void>;
}

/** Runs `work` at once and then `restMs` after each end. A run that fails is said and followed by the next. */
export function repeat(name: string, restMs: number, work: () => Promise<void>, log: Logger): Repeating {
  let stopped = false;
  let wake: (() => void) | undefined;

  async function loop() {
    while (!stopped) {
      try {
        await work();
      } catch (error) {
        log.warn({ err: error, work: name }, 'recovery: interrupted, looking again soon');
      }
      if (stopped) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, restMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
  const looping = loop();

  return {
    async stop() {
      stopped = true;
      wake?.();
      await looping;
    },
  };
}
