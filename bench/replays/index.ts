/** The days that are replayed. */
import type { Replay } from './replay.ts';

export const REPLAYS: readonly Replay[] = [
  { name: 'rush', payments: 650, overMinutes: 5 },
  { name: 'day', payments: 13_000, overMinutes: 120 },
];
