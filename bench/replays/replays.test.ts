import { expect } from 'chai';
import fc from 'fast-check';
import { generator } from '../../test/run/random.ts';
import { arrivals } from './arrivals.ts';
import { backlog, type Fate, waits } from './course.ts';
import { plot, tick } from './plot.ts';
import { report } from './report.ts';

const fate = (paidAt: number, ticketAt: number | null, mailAt: number | null, lost = false): Fate => ({
  ...{ paidAt, ticketAt, mailAt, lost },
});

describe('the arrivals of a replay', () => {
  it('are as many as there are payments, in order and within the time, the same for the same seed', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.integer({ min: 1, max: 1e7 }), fc.string(), (count, overMs, seed) => {
        const all = arrivals(count, overMs, generator(seed));
        expect(all).to.have.length(count);
        expect(all).to.deep.equal([...all].sort((a, b) => a - b));
        for (const at of all) expect(at).to.be.within(0, overMs);
        expect(all).to.deep.equal(arrivals(count, overMs, generator(seed)));
      }),
    );
  });
});

describe('the course of a replay', () => {
  const fates = [fate(0, 100, 300), fate(1_000, 1_200, 2_000), fate(2_000, 2_500, null), fate(3_000, null, null)];

  it('tells how long people waited for their mail, and not of those who have none', () => {
    expect(waits(fates)).to.include({ count: 2, p50: 650, max: 1_000 });
    expect(waits(fates)?.p99).to.be.closeTo(993, 1e-9);
    expect(waits([fate(5, 6, null)])).to.equal(null);
  });

  it('counts at each moment who has paid and waits', () => {
    expect(backlog(fates, 4)).to.deep.equal([
      { at: 0, withoutTicket: 1, withoutMail: 1 },
      { at: 1_000, withoutTicket: 1, withoutMail: 1 },
      { at: 2_000, withoutTicket: 1, withoutMail: 1 },
      { at: 3_000, withoutTicket: 1, withoutMail: 2 },
    ]);
  });

  it('is drawn as one picture with both lines, whatever came of it', () => {
    const moments = fc.array(
      fc.record({ at: fc.nat(1e7), withoutTicket: fc.nat(20_000), withoutMail: fc.nat(20_000) }),
      { maxLength: 50 },
    );
    fc.assert(
      fc.property(moments, (drawn) => {
        const svg = plot(
          'a day',
          [...drawn].sort((a, b) => a.at - b.at),
        );
        expect(svg).to.match(/^<svg xmlns=[\s\S]*<\/svg>\n$/);
        expect(svg).to.not.match(/NaN|Infinity|undefined/);
        expect(svg.match(/stroke-width="2"/g)).to.have.length(4);
      }),
    );
    expect([1, 7, 43, 650, 13_000].map((most) => tick(most, 4))).to.deep.equal([0.5, 2, 20, 200, 5_000]);
  });

  it('is a row of a table', () => {
    const told = { count: 617, p50: 400, p99: 2_345, max: 10_000 };
    const result = { name: 'rush', payments: 650, overMinutes: 5, speed: 5, backlog: [], told, found: null };
    const rows = report([{ ...result, withoutTicket: 0, withoutMail: 1, mailsTwice: 2 }]).split('\n');
    const cells = rows[2]?.split('|').map((cell) => cell.trim());
    expect(cells?.slice(1, -1)).to.deep.equal([
      ...['rush: 5 min, 5 × as fast', '650', '0', '1', '2', '0.4 s / 2.3 s / 10.0 s (617)', ''],
    ]);
  });
});
