import { expect } from 'chai';
import { until } from '../../test/until.ts';
import { createLogger } from './index.ts';
import { sparing } from './sparing.ts';

describe('lines that strangers cause', () => {
  it('are written up to twenty a minute; of what is beyond it is said how many they were', async () => {
    const lines: Record<string, unknown>[] = [];
    const log = createLogger('test', 'info', false, { write: (line) => lines.push(JSON.parse(line)) });
    const refused = sparing(log, 'refused', { answer: 401 }, 200);
    for (let n = 1; n <= 50; n++) refused({ n });
    const numbers = lines.map(({ n }) => n);
    expect(numbers).to.deep.equal(Array.from({ length: 20 }, (_, at) => at + 1));
    const last = await until(
      () => lines.at(-1),
      (line) => line?.left_out !== undefined,
    );
    expect(last).to.include({ answer: 401, left_out: 30, msg: 'refused, and so many more', level: 'warn' });

    refused({ n: 51 });
    expect(lines.at(-1), 'a minute of its own').to.include({ answer: 401, n: 51, msg: 'refused' });
    await until(
      () => {
        refused({ n: 52 });
        return lines.length;
      },
      (count) => count > 42,
      'the next minutes',
    );
    const sums = lines.filter(({ left_out }) => left_out !== undefined);
    expect(sums.every(({ left_out }) => (left_out as number) > 0)).to.equal(true);
  });
});
