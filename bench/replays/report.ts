/** The results of replays as a Markdown table. Pure. */
import { markdown } from '../measure/table.ts';
import type { Waits } from './course.ts';
import type { ReplayResult } from './replay.ts';

const COLUMNS = [
  'replay',
  'payments',
  'no ticket',
  'no mail',
  'mails twice',
  'told: p50 / p99 / max',
  'swept: p50 / p99 / max',
];

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
const shown = (found: Waits | null): string =>
  found ? `${[found.p50, found.p99, found.max].map(seconds).join(' / ')} (${found.count})` : '';

export const report = (results: readonly ReplayResult[]): string =>
  markdown(
    COLUMNS,
    new Set(['replay']),
    results.map(({ name, payments, overMinutes, speed, withoutTicket, withoutMail, mailsTwice, told, found }) => [
      `${name}: ${overMinutes} min${speed === 1 ? '' : `, ${speed} × as fast`}`,
      ...[payments, withoutTicket, withoutMail, mailsTwice].map(String),
      ...[told, found].map(shown),
    ]),
  );
