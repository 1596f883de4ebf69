// A pid alone names nobody: the system hands it out again. A pid with its start time does.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One process, ever: its pid and when it started, in whatever words the system has for that. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly started: string;
}

/** The identity of the process that has this pid now, or null if there is none (a zombie counts as none, once all of its threads have ended). */
export function identify(pid: number): ProcessIdentity | null {
  const started = process.platform === 'linux' ? startedOnLinux(pid) : startedByPs(pid);
  return started === null ? null : { pid, started };
}

/** Whether exactly this process still runs; another one that got its pid does not count. */
export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.started === identity.started;
}

/** Reads an identity that was stored as JSON; null if it is none. */
export function parseIdentity(text: string): ProcessIdentity | null {
  try {
    const { pid, started } = JSON.parse(text) as Partial<ProcessIdentity>;
    return typeof pid === 'number' && pid > 1 && typeof started === 'string' ? { pid, started } : null;
  } catch {
    return null;
  }
}

// Field 22 counts clock ticks since boot, so the boot is named too: pid files outlive a reboot.
function startedOnLinux(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field, the name, may hold spaces and brackets: count from its closing one.
    const fields = stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
    const [state, threads, ticks] = [fields[0], Number(fields[17]), fields[19]];
    // While others of its threads are still ending, its ports and files are taken.
    const ended = state === 'X' || (state === 'Z' && threads <= 1);
    return ended || ticks === undefined ? null : `${ticks}@${bootId()}`;
  } catch {
    return null;
  }
}

let cachedBootId: string | undefined;
function bootId(): string {
  cachedBootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  return cachedBootId;
}

function startedByPs(pid: number): string | null {
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  const { stdout } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { env, encoding: 'utf8' });
  const [state, ...started] = (stdout ?? '').trim().split(/\s+/);
  return state === undefined || state === '' || state.startsWith('Z') ? null : started.join(' ');
}
