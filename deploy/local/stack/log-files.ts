/** What each process printed, untouched, one file a process; and its last lines, for errors. */
import { createWriteStream, existsSync, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';

const MAX_BYTES = 20_000_000;
const LAST_LINES = 15;

export interface LogFiles {
  write(from: string, line: string): void;
  lastLines(from: string): readonly string[];
  fileOf(from: string): string;
  close(): Promise<void>;
}

/** Appends to `<folder>/<process>.log`; a file that has grown large is put aside at the start. */
export function openLogFiles(folder: string): LogFiles {
  mkdirSync(folder, { recursive: true });
  const open = new Map<string, { stream: WriteStream; last: string[] }>();
  const fileOf = (from: string) => join(folder, `${from}.log`);

  const logOf = (from: string) => {
    const known = open.get(from);
    if (known !== undefined) return known;
    const file = fileOf(from);
    if (existsSync(file) && statSync(file).size > MAX_BYTES) renameSync(file, `${file}.old`);
    const stream = createWriteStream(file, { flags: 'a', mode: 0o600 });
    // A full disk costs the log, not the stack.
    stream.on('error', () => undefined);
    const log = { stream, last: [] };
    open.set(from, log);
    return log;
  };

  return {
    fileOf,
    write(from, line) {
      const { stream, last } = logOf(from);
      stream.write(`${line}\n`);
      last.push(line);
      if (last.length > LAST_LINES) last.shift();
    },
    lastLines: (from) => open.get(from)?.last ?? [],
    close: async () => {
      await Promise.all([...open.values()].map(({ stream }) => new Promise<void>((done) => stream.end(done))));
    },
  };
}
