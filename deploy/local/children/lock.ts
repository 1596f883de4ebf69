import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { identify, isRunning, parseIdentity } from './identity.ts';

/** A folder that one living process holds at a time; one that died holds nothing. */
export interface Lock {
  release(): void;
}

export class Locked extends Error {
  override readonly name = 'Locked';
  readonly holder: number;
  constructor(folder: string, holder: number) {
    super(`${folder} is in use by process ${holder}`);
    this.holder = holder;
  }
}

/**
 * Takes the lock of a folder (made if absent), or says who has it.
 *
 * The folder holds `lock.<n>` files, each naming its owner; the highest one counts. To take the lock from a dead owner
 * one links the next number, which only one can do. A dead owner's file is never deleted, so a slow
 * competitor's number is either free (and the owner it saw is still the last) or taken: two can't both win.
 * @throws Locked if a living process (this one included) has it.
 */
export function takeLock(folder: string): Lock {
  mkdirSync(folder, { recursive: true });
  const self = identify(process.pid);
  if (self === null) throw new Error('This process cannot tell its own start time');
  const draft = join(folder, `draft.${process.pid}.${Math.random().toString(36).slice(2)}`);
  writeFileSync(draft, JSON.stringify(self));
  try {
    for (;;) {
      const last = Math.max(0, ...readdirSync(folder).map(lockNumber));
      const text = last === 0 ? '' : readIfThere(join(folder, `lock.${last}`));
      if (text === null) continue; // released just now: what counts may be another one
      const holder = parseIdentity(text);
      if (holder !== null && isRunning(holder)) throw new Locked(folder, holder.pid);
      const mine = join(folder, `lock.${last + 1}`);
      try {
        linkSync(draft, mine);
        return { release: () => rmSync(mine, { force: true }) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Takes the lock as soon as it is free; `onWait` hears once that it is not. */
export async function waitForLock(folder: string, onWait?: (holder: number) => void): Promise<Lock> {
  for (let waiting = false; ; await delay(100)) {
    try {
      return takeLock(folder);
    } catch (error) {
      if (!(error instanceof Locked)) throw error;
      if (!waiting) onWait?.(error.holder);
      waiting = true;
    }
  }
}

function lockNumber(file: string): number {
  return Number(/^lock\.(\d+)$/.exec(file)?.[1] ?? 0);
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
