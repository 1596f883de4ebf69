import { existsSync, readFileSync, rmSync } from 'node:fs';
import { isRunning, parseIdentity } from './identity.ts';
import { endGroup } from './process-group.ts';

/**
 * Ends the child that an earlier, dead run left behind under this pid file (see ChildOptions.pidFile); the file goes.
 * A stranger that has the pid by now is left alone. Ask only when that run is known to be dead: see Lock.
 * @param graceMs milliseconds it gets to end by itself.
 * @returns the pid that was ended, or null if there was nothing to end.
 */
export async function endStale(pidFile: string, graceMs = 10_000): Promise<number | null> {
  if (!existsSync(pidFile)) return null;
  const identity = parseIdentity(readFileSync(pidFile, 'utf8'));
  const stale = identity !== null && isRunning(identity);
  if (stale) await endGroup(identity, graceMs);
  rmSync(pidFile, { force: true });
  return stale ? identity.pid : null;
}
