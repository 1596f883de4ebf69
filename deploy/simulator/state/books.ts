/** The books on disk, a line a change, so that a simulator that was started again knows what it knew. Synchronous: it is small. */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Dated, Note, Timeline } from './timeline.ts';

export const KINDS = ['payments', 'orders', 'qrCodes', 'refunds', 'disputes'] as const;
export type Kind = (typeof KINDS)[number];

type Line = { of: Kind } & ({ put: Dated; at: number } | { forget: string });

export interface Books {
  /** Writes down what happens to one kind. */
  noting(of: Kind): Note<Dated>;
  /** Puts what was written into the ledger, and the file in order: each entity once, as it is now. */
  restore(ledger: Record<Kind, Timeline<Dated>>): void;
  /** From now on nothing was ever written. */
  clear(): void;
}

/** A killed simulator may have left half a line; what it was of is not known to anybody yet. */
function* linesOf(file: string): Generator<Line> {
  if (!existsSync(file)) return;
  for (const text of readFileSync(file, 'utf8').split('\n')) {
    try {
      yield JSON.parse(text);
    } catch {}
  }
}

const toText = (lines: Line[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

export function openBooks(file: string): Books {
  let restoring = false;
  return {
    noting: (of) => (change) => {
      if (!restoring) appendFileSync(file, toText([{ of, ...change }]));
    },
    restore(ledger) {
      restoring = true;
      const changedAt = new Map<string, number>();
      for (const line of linesOf(file)) {
        if ('forget' in line) ledger[line.of].forget(line.forget);
        else {
          ledger[line.of].put(line.put, line.at);
          changedAt.set(line.put.id, line.at);
        }
      }
      restoring = false;
      const now = KINDS.flatMap((of) => [...ledger[of].values()].map((put) => ({ of, put })));
      writeFileSync(file, toText(now.map((line) => ({ ...line, at: changedAt.get(line.put.id) ?? 0 }))));
    },
    clear: () => writeFileSync(file, ''),
  };
}
