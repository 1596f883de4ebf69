import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { waitForLock } from '../children/lock.ts';

/**
 * Fills a folder once for all: whoever comes second, even at the same moment in another process, finds it whole.
 * @param fill fills the given temporary folder, a sibling of the final one, which it becomes by a rename.
 */
export async function installOnce(
  folder: string,
  report: (line: string) => void,
  fill: (temporary: string) => Promise<void>,
): Promise<string> {
  if (existsSync(folder)) return folder;
  const lock = await waitForLock(`${folder}.lock`, (pid) => report(`waiting for process ${pid}, which installs it`));
  try {
    if (existsSync(folder)) return folder;
    const parent = dirname(folder);
    mkdirSync(parent, { recursive: true });
    const prefix = `${basename(folder)}.part-`;
    // Under the lock what carries this name is what somebody left when he was killed.
    for (const left of readdirSync(parent))
      if (left.startsWith(prefix)) rmSync(join(parent, left), { recursive: true });
    const temporary = mkdtempSync(join(parent, prefix));
    try {
      await fill(temporary);
      renameSync(temporary, folder);
    } finally {
      rmSync(temporary, { recursive: true, force: true });
    }
    return folder;
  } finally {
    lock.release();
  }
}
