/** The results as a Markdown table, which reads on a terminal as well. Pure. */
import type { PathResult, SideResult } from './measure.ts';
import type { Path } from './path.ts';

/** Three digits that count: 0.873, 12.3, 4567. */
export const figure = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value >= 1 ? value.toFixed(2) : value.toFixed(3);

const COLUMNS = [
  'path',
  'ratio',
  'quartiles',
  'goal',
  '',
  'a second',
  'CPU ms',
  'p50 / p99 ms',
  'limit: a second',
  'CPU ms',
];
/** What are words stands left, figures right. */
const LEFT = new Set(['path', 'goal', '']);

export const goalText = ({
  goal,
  cpuAtMostMs,
  factsAtMost = {},
}: Pick<Path, 'goal' | 'cpuAtMostMs' | 'factsAtMost'>): string =>
  [
    goal.of === 'rate' ? `≥ ${goal.atLeast} × its rate` : `≤ ${goal.atMost} × its time`,
    ...(cpuAtMostMs === undefined ? [] : [`CPU ≤ ${cpuAtMostMs} ms`]),
    ...Object.entries(factsAtMost).map(([name, most]) => `${name} ≤ ${most}`),
  ].join(', ');

const latency = ({ latencyMs }: SideResult) => (latencyMs ? `${figure(latencyMs.p50)} / ${figure(latencyMs.p99)}` : '');

const row = (path: Path, { ratio, met, ours, limit }: PathResult): string[] => [
  path.name,
  figure(ratio.median),
  `${figure(ratio.q1)} – ${figure(ratio.q3)}`,
  goalText(path),
  met ? 'met' : 'missed',
  figure(ours.perSecond.median),
  figure(ours.cpuMs.median),
  latency(ours),
  figure(limit.perSecond.median),
  figure(limit.cpuMs.median),
];

/** Columns of one width. @param left the titles of those that stand left */
export function markdown(columns: readonly string[], left: ReadonlySet<string>, rows: readonly string[][]): string {
  const widths = columns.map((title, at) =>
    Math.max(3, title.length, ...rows.map((cells) => (cells[at] ?? '').length)),
  );
  const isLeft = (at: number) => left.has(columns[at] ?? '');
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => (isLeft(at) ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join(' | ')} |`;
  const rule = widths.map((width, at) => (isLeft(at) ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(columns), line(rule), ...rows.map(line)].join('\n');
}

/** One row a result. */
export const table = (paths: readonly Path[], results: readonly PathResult[]): string =>
  markdown(
    COLUMNS,
    LEFT,
    results.flatMap((result) => {
      const path = paths.find(({ name }) => name === result.name);
      return path ? [row(path, result)] : [];
    }),
  );
