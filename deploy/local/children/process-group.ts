import { setTimeout as delay } from 'node:timers/promises';
import { isRunning, type ProcessIdentity } from './identity.ts';

/** Signals a process group by its leader's pid; silent if the group is gone. */
export function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Ends a process group that is not our child: SIGTERM, after the grace (milliseconds) SIGKILL; waits until it is gone. */
export async function endGroup(leader: ProcessIdentity, graceMs: number): Promise<void> {
  const deadline = Date.now() + graceMs;
  if (isRunning(leader)) signalGroup(leader.pid, 'SIGTERM');
  for (let killed = false; isRunning(leader); await delay(20)) {
    if (killed || Date.now() < deadline) continue;
    signalGroup(leader.pid, 'SIGKILL');
    killed = true;
  }
}
