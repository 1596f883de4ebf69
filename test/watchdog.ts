/**
 * A run that does not end after its last test has left something open: says what, and ends it as failed. With
 * `TEST_TRACE=1` it also says where each timer was started.
 */
import { createHook } from 'node:async_hooks';
import type { ChildProcess } from 'node:child_process';
import { Server, Socket } from 'node:net';

/** Longer than any time-out of ours: one that is left to run out is no leak. */
const GRACE_MS = 40_000;

/** Timers that have neither fired nor been cleared, with the stack that started them. */
const timers = new Map<number, { timer: { hasRef?(): boolean }; stack: string }>();
if (process.env.TEST_TRACE)
  createHook({
    init(id, type, _trigger, resource) {
      if (type === 'Timeout') timers.set(id, { timer: resource, stack: new Error('a timer').stack ?? '' });
    },
    destroy: (id) => void timers.delete(id),
  }).enable();

const whereTimersStarted = () =>
  [...timers.values()]
    .filter(({ timer }) => timer.hasRef?.())
    .map(({ stack }) =>
      stack
        .split('\n')
        .filter((line) => !line.includes('node:') && !line.includes('watchdog.ts'))
        .join('\n'),
    );

function describeHandle(handle: unknown): string | undefined {
  if (handle instanceof Server) return `a server listening on ${JSON.stringify(handle.address())}`;
  if (handle instanceof Socket) {
    if (handle.remotePort === undefined) return undefined;
    return `a connection ${handle.localPort} → ${handle.remoteAddress}:${handle.remotePort}`;
  }
  const child = handle as Partial<ChildProcess>;
  return child.spawnfile === undefined ? undefined : `a child process ${child.pid}: ${child.spawnargs?.join(' ')}`;
}

function whatIsOpen(): string[] {
  const { _getActiveHandles } = process as unknown as { _getActiveHandles?: () => unknown[] };
  const handles = (_getActiveHandles?.call(process) ?? []).map(describeHandle);
  const running = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const hint = process.env.TEST_TRACE ? '' : ' (TEST_TRACE=1 make test says where from)';
  return [
    ...new Set(handles.filter((found) => found !== undefined)),
    ...(running > 0 ? [`${running} ${running === 1 ? 'timer' : 'timers'}${hint}`] : []),
    ...whereTimersStarted(),
  ];
}

export function mochaGlobalTeardown(): void {
  setTimeout(() => {
    const open = whatIsOpen();
    console.error(`\nThe tests are over, but ${GRACE_MS / 1_000} s later this keeps the process alive:`);
    for (const one of open.length > 0 ? open : process.getActiveResourcesInfo()) console.error(`  - ${one}`);
    // Mocha sets the exit code to the number of failures in a listener of its own; ours, added later, has the last word.
    process.on('exit', () => {
      process.exitCode = 1;
    });
    process.exit(1);
  }, GRACE_MS).unref();
}
