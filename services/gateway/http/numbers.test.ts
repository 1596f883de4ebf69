import { expect } from 'chai';
import { wholeNumber } from './numbers.ts';

const read = (given: unknown) => {
  const { success, data } = wholeNumber(1, 1_000).safeParse(given);
  return success ? data : 'refused';
};

describe('whole numbers in a query', () => {
  it('are digits, and what JSON Schema calls an integer', () => {
    expect(['1', '0042', '1000', '7.0', '7.000', 7].map(read)).to.deep.equal([1, 42, 1_000, 7, 7, 7]);
  });

  it('are nothing else', () => {
    const others = [
      '',
      ' 7',
      '0x10',
      '1e2',
      '-1',
      '+1',
      '7.5',
      '7.01',
      '7.',
      '.0',
      '٧',
      '0',
      '1001',
      '7'.repeat(16),
      ['7'],
      null,
    ];
    expect(others.map(read)).to.deep.equal(others.map(() => 'refused'));
  });
});
