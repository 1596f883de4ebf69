import { expect } from 'chai';
import fc from 'fast-check';
import { CLOCK_LATE_SECONDS, EARLIEST, OVERLAP_SECONDS, refundsFrom, sweepWindow } from './window.ts';

const NOW = 1_795_000_000;
const facts = { now: NOW, windowSeconds: 86_400, watermark: null, firstFrom: null, earliestEventCreation: null };
const moment = fc.option(fc.integer({ min: 0, max: NOW + 10_000 }), { nil: null });

describe('the window of a sweep', () => {
  it('goes back SWEEP_WINDOW while sweeps are regular', () => {
    expect(sweepWindow({ ...facts, watermark: NOW - 1_800 })).to.deep.equal({
      from: NOW - 86_400,
      to: NOW + CLOCK_LATE_SECONDS,
    });
  });

  it('goes back to an hour before the last complete sweep, however long ago that was', () => {
    const watermark = NOW - 10 * 86_400;
    expect(sweepWindow({ ...facts, watermark })).to.deep.equal({
      from: watermark - OVERLAP_SECONDS,
      to: NOW + CLOCK_LATE_SECONDS,
    });
  });

  it('goes back to the earliest event at the very first start, or to SWEEP_FIRST_FROM', () => {
    const earliestEventCreation = NOW - 30 * 86_400;
    expect(sweepWindow({ ...facts, earliestEventCreation }).from).to.equal(earliestEventCreation);
    expect(sweepWindow({ ...facts, earliestEventCreation, firstFrom: NOW - 90 * 86_400 }).from).to.equal(
      NOW - 90 * 86_400,
    );
  });

  it('forgets about the first start once a sweep was complete', () => {
    const { from } = sweepWindow({ ...facts, watermark: NOW - 60, firstFrom: EARLIEST });
    expect(from).to.equal(NOW - 86_400);
  });

  it('never leaves a gap after the watermark, never ends before it begins, never asks for what Razorpay refuses', () => {
    fc.assert(
      fc.property(
        moment,
        moment,
        moment,
        fc.integer({ min: 60, max: 40 * 86_400 }),
        (watermark, firstFrom, event, w) => {
          const known = { now: NOW, windowSeconds: w, watermark, firstFrom, earliestEventCreation: event };
          const { from, to } = sweepWindow(known);
          expect(from).to.be.at.least(EARLIEST).and.at.most(to);
          expect(to).to.equal(NOW + CLOCK_LATE_SECONDS);
          expect(from).to.be.at.most(NOW - w);
          if (watermark !== null && watermark >= EARLIEST) expect(from).to.be.at.most(watermark);
        },
      ),
    );
  });
});

describe('where the list of refunds begins', () => {
  const DAY = 86_400;
  const from = NOW - DAY;
  const at = (seenTo: number | null) => refundsFrom({ from, to: NOW }, seenTo);

  it('is the window, and a month before it once a day', () => {
    expect(at(null)).to.equal(from - 30 * DAY);
    expect(at(NOW - 60)).to.equal(from);
    expect(at(NOW - DAY + 1)).to.equal(from);
    expect(at(NOW - DAY)).to.equal(from - 30 * DAY);
  });

  it('is a month before the last such look, however long ago that was', () => {
    expect(at(NOW - 50 * DAY)).to.equal(NOW - 80 * DAY);
  });

  it('waits for no clock that was ahead, and asks for nothing that Razorpay refuses', () => {
    expect(at(NOW)).to.equal(from);
    expect(at(NOW + 1)).to.equal(from - 30 * DAY);
    expect(refundsFrom({ from: EARLIEST + 5, to: NOW }, null)).to.equal(EARLIEST);
  });
});
