/** The demo's own stack: empty at each start, beside whatever else is up. */
import type { LogEntry } from '../stack/log-lines.ts';
import { anyPorts } from '../stack/ports.ts';
import { type RunningStack, StackInUse, startStack } from '../stack/start.ts';

/** Which the story waits for; in production these take longer. */
const SHORT_CYCLES = { MAIL_BREAKER_RESET: '3s', RECOVERY_INTERVAL: '5s', RETRY_SCALE: '0.05' };
/** The story counts on the product's own settings here, whatever the environment holds; empty is not set. */
const PLAIN = Object.fromEntries(
  [
    ...['DEFAULT_EVENT_ID', 'NOTES_ALIASES', 'REQUIRED_DETAILS', 'MAIL_RATE_PER_MINUTE', 'MAIL_RATE_PER_DAY'],
    ...['SWEEP_INTERVAL', 'SWEEP_WINDOW', 'SWEEP_FIRST_FROM', 'METRICS_TOKEN'],
  ].map((name) => [name, '']),
);

/** Any ports unless they are given; short cycles; nothing that would tell another story. */
export const demoEnvironment = (given: NodeJS.ProcessEnv): NodeJS.ProcessEnv => ({
  ...anyPorts(),
  ...SHORT_CYCLES,
  ...given,
  ...PLAIN,
});

const MOST_AT_ONCE = 9;

/** Starts it in this folder, or in one beside it while another demo is up there. What an earlier one left is gone. */
export async function startDemoStack(
  folder: string,
  env: NodeJS.ProcessEnv,
  note: (text: string) => void,
  signal: AbortSignal,
): Promise<{ stack: RunningStack; dir: string }> {
  for (let nth = 1; ; nth += 1) {
    const dir = nth === 1 ? folder : `${folder}-${nth}`;
    try {
      const report = ({ from, level, message }: LogEntry) => {
        if (from === 'stack' && level !== 'debug') note(message);
      };
      return { stack: await startStack({ dir, env, ownServers: true, fresh: true, report, signal }), dir };
    } catch (error) {
      if (!(error instanceof StackInUse) || nth === MOST_AT_ONCE) throw error;
    }
  }
}
