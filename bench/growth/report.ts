/** What growth and replicas came to, as Markdown tables. Pure. */
import { figure, markdown } from '../measure/table.ts';
import type { AtSize } from './growth.ts';
import type { WithReplicas } from './replicas.ts';

const times = (value: number, first: number): string => `${figure(value)} (${(value / first).toFixed(2)} ×)`;

/** A row a measure, a column a size; in brackets how many times the cost at the first size. */
export function growthTable(results: readonly AtSize[]): string {
  const [first] = results;
  if (!first) return '';
  const costs = first.costs.flatMap(({ name }, at) =>
    (['ms', 'cpuMs'] as const).map((what) => [
      `${name}, ${what === 'ms' ? 'ms' : 'CPU ms'}`,
      ...results.map((one) => times(one.costs[at]?.[what] ?? 0, first.costs[at]?.[what] ?? 0)),
    ]),
  );
  const memory = (['gateway', 'ingest', 'ticketing'] as const).map((service) => [
    `${service}, MB`,
    ...results.map((one) => times(one.memory[service], first.memory[service])),
  ]);
  return markdown(['once', ...results.map(({ payments }) => String(payments))], new Set(['once']), [
    ...costs,
    ...memory,
  ]);
}

export const replicasTable = (results: readonly WithReplicas[]): string =>
  markdown(
    ['replicas of ticketing', 'payments a second', 'of one'],
    new Set(),
    results.map(({ replicas, perSecond }) => [
      String(replicas),
      figure(perSecond),
      `${(perSecond / (results[0]?.perSecond ?? perSecond)).toFixed(2)} ×`,
    ]),
  );
