import { expect } from 'chai';
import { barChart, ceiling } from './chart.ts';

describe('a chart', () => {
  it('says in a sentence what it shows, and draws a bar for each value', () => {
    const chart = barChart(
      [
        { label: '10:00', value: 2 },
        { label: '11:00', value: 7 },
        { label: '12:00', value: 0 },
      ],
      'payments',
      1,
    );
    expect(chart.summary).to.equal('9 payments, most of them 11:00: 7');
    expect(chart.svg.match(/<rect /g)).to.have.length(2);
    expect(chart.svg).to.contain('role="img" aria-label="9 payments, most of them 11:00: 7"');
  });

  it('is there without a value, too', () => {
    expect(barChart([], 'check-ins', 2).summary).to.equal('No check-ins yet');
    expect(barChart([{ label: 'a', value: 0 }], 'check-ins', 2).svg).not.to.contain('<rect');
  });

  it('escapes what stands in it, and styles nothing inline', () => {
    const { svg } = barChart([{ label: '<b>"', value: 1 }], 'payments', 1);
    expect(svg).to.contain('&lt;b&gt;&quot;').and.not.to.contain('<b>').and.not.to.contain('style=');
  });

  it('ends at a round number', () => {
    expect([0, 3, 5, 7, 11, 23, 99, 100, 260].map(ceiling)).to.deep.equal([4, 4, 5, 10, 20, 25, 100, 100, 500]);
  });
});
