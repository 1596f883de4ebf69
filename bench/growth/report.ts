/** What growth and replicas came to, as Markdown tables. Pure. */
import { figure, markdown } from '../measure/table.ts';
import type { AtSize } from './growth.ts';
import type { Held } from './memory.ts';
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
  return markdown(['once', ...numbers(results)], new Set(['once']), [...costs, ...memoryRows(results, first)]);
}

const numbers = (results: readonly { payments: number }[]): string[] => results.map(({ payments }) => String(payments));

type Memories = Pick<AtSize, 'memory'>;
const memoryRows = (results: readonly Memories[], first: Memories): string[][] =>
  (['gateway', 'ingest', 'ticketing'] as const).map((service) => [
    `${service}, MB`,
    ...results.map((one) => times(one.memory[service], first.memory[service])),
  ]);

/** A row a service, a column for so many payments handled. */
export function memoryTable(results: readonly Held[]): string {
  const [first] = results;
  return first ? markdown(['handled', ...numbers(results)], new Set(['handled']), memoryRows(results, first)) : '';
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
