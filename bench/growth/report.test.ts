import { expect } from 'chai';
import { growthTable, memoryTable, replicasTable } from './report.ts';

const cells = (line = '') =>
  line
    .split('|')
    .map((cell) => cell.trim())
    .slice(1, -1);

describe('what grows', () => {
  it('is told at each size, as a multiple of what it was at the first', () => {
    const memory = (mb: number) => ({ gateway: mb, ingest: 60, ticketing: 70 });
    const table = growthTable([
      { payments: 1_000, costs: [{ name: 'settle', ms: 20, cpuMs: 4 }], memory: memory(80) },
      { payments: 10_000, costs: [{ name: 'settle', ms: 22, cpuMs: 6 }], memory: memory(88) },
    ]).split('\n');
    expect(cells(table[0])).to.deep.equal(['once', '1000', '10000']);
    expect(cells(table[2])).to.deep.equal(['settle, ms', '20.0 (1.00 ×)', '22.0 (1.10 ×)']);
    expect(cells(table[3])).to.deep.equal(['settle, CPU ms', '4.00 (1.00 ×)', '6.00 (1.50 ×)']);
    expect(cells(table[4])).to.deep.equal(['gateway, MB', '80.0 (1.00 ×)', '88.0 (1.10 ×)']);
    expect(growthTable([])).to.equal('');
    const handled = memoryTable([
      { payments: 1_000, memory: memory(100) },
      { payments: 100_000, memory: memory(105) },
    ]).split('\n');
    expect(cells(handled[2])).to.deep.equal(['gateway, MB', '100 (1.00 ×)', '105 (1.05 ×)']);
  });

  it('is told of replicas by what one of them does', () => {
    const table = replicasTable([
      { replicas: 1, perSecond: 40 },
      { replicas: 2, perSecond: 60 },
    ]).split('\n');
    expect(cells(table[3])).to.deep.equal(['2', '60.0', '1.50 ×']);
  });
});
