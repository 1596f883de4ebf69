/** What `make bench`, `make replay` and `make growth` have in common: Ctrl-C ends them, and a failure is told in words. */
import { onStopSignal } from '../deploy/local/stack/signals.ts';

/** @param failed "It could not be …", said before the reason. @param work ends early once the signal is aborted */
export async function command(failed: string, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stopping = new AbortController();
  onStopSignal(() => stopping.abort());
  try {
    await work(stopping.signal);
  } catch (error) {
    process.exitCode = stopping.signal.aborted ? 130 : 1;
    if (!stopping.signal.aborted)
      console.error(`\n${failed} ${error instanceof Error ? error.message : String(error)}`);
  }
}
