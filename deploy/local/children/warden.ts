// The parent's side of warden.sh: one warden for the whole process, started with the first child.
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { isRunning, type ProcessIdentity } from './identity.ts';

const script = fileURLToPath(new URL('./warden.sh', import.meta.url));
const guarded = new Set<ProcessIdentity>();
let warden: ChildProcess | null = null;

/**
 * Has this child (the leader of its own process group) ended when the present process ends, however that happens.
 * Between a child's start and this call lie microseconds in which a SIGKILL of the parent would leave it behind.
 */
export function guard(child: ProcessIdentity): void {
  for (const known of guarded) if (!isRunning(known)) guarded.delete(known);
  guarded.add(child);
  if (warden === null) startWarden();
  else tell(warden, child);
}

function startWarden(): void {
  // Detached: a Ctrl-C or a kill of our process group must not reach it.
  const started = spawn('/bin/sh', [script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  warden = started;
  started.unref();
  // A warden that was killed is replaced, and learns of every child anew.
  started.once('exit', () => {
    warden = null;
    if ([...guarded].some(isRunning)) startWarden();
  });
  started.once('error', (cause) => {
    throw new Error('The warden, which ends our child processes if we crash, cannot be started', { cause });
  });
  if (started.stdin === null) throw new Error('The warden has no pipe');
  started.stdin.on('error', () => undefined); // its exit, above, says the same
  if ('unref' in started.stdin && typeof started.stdin.unref === 'function') started.stdin.unref();
  for (const child of guarded) tell(started, child);
}

function tell(target: ChildProcess, child: ProcessIdentity): void {
  target.stdin?.write(`${child.pid} ${child.started}\n`);
}
