import { expect } from 'chai';
import fc from 'fast-check';
import { isTimezone, moment, parseMoment } from './moments.ts';

const iso = (text: string, zone = 'Asia/Kolkata') => parseMoment(text, zone)?.toISOString() ?? null;

describe('times as people write them', () => {
  it('without a zone are meant where the event is', () => {
    expect(iso('2026-11-21T10:00')).to.equal('2026-11-21T04:30:00.000Z');
    expect(iso('2026-11-21 10:00:30')).to.equal('2026-11-21T04:30:30.000Z');
    expect(iso('2026-11-21')).to.equal('2026-11-20T18:30:00.000Z');
    expect(iso('2026-11-21T10:00', 'America/New_York')).to.equal('2026-11-21T15:00:00.000Z');
    expect(iso('2026-07-21T10:00', 'America/New_York')).to.equal('2026-07-21T14:00:00.000Z');
  });

  it('with a zone are meant there', () => {
    expect(iso('2026-11-21T10:00Z')).to.equal('2026-11-21T10:00:00.000Z');
    expect(iso('2026-11-21T10:00:00.125+05:30', 'UTC')).to.equal('2026-11-21T04:30:00.125Z');
    expect(iso('2026-11-21T10:00-0330')).to.equal('2026-11-21T13:30:00.000Z');
    expect(iso('2026-11-21T10:00+01')).to.equal('2026-11-21T09:00:00.000Z');
  });

  it('that no clock shows are as far after the jump; those shown twice are the first', () => {
    expect(iso('2026-03-29T02:30', 'Europe/Berlin')).to.equal('2026-03-29T01:30:00.000Z');
    expect(iso('2026-10-25T02:30', 'Europe/Berlin')).to.equal('2026-10-25T00:30:00.000Z');
  });

  it('that do not exist are none', () => {
    for (const text of [
      '2026-02-29',
      '2026-13-01',
      '2026-11-21T25:00',
      '2026-11-21T10:60',
      'tomorrow',
      '',
      '21.11.2026',
      '1795000000',
    ])
      expect(iso(text), text).to.equal(null);
  });

  it('come back as the wall clock they were, in any zone', () => {
    const zones = ['Asia/Kolkata', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia', 'UTC'];
    const wall = (at: Date, zone: string) => at.toLocaleString('sv-SE', { timeZone: zone });
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2000-01-01'), max: new Date('2037-12-31'), noInvalidDate: true }),
        fc.constantFrom(...zones),
        (at, zone) => {
          const shown = wall(at, zone);
          const parsed = parseMoment(shown, zone);
          // An hour shown twice may be read as the other one; both show the same.
          expect(parsed && wall(parsed, zone)).to.equal(shown);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('may be seconds where a window is asked for, never milliseconds', () => {
    expect(moment.parse(1_795_000_000)).to.deep.equal(new Date(1_795_000_000_000));
    expect(moment.parse('1795000000')).to.deep.equal(new Date(1_795_000_000_000));
    expect(moment.safeParse(1_795_000_000_000).success).to.equal(false);
    expect(moment.safeParse(1.5).success).to.equal(false);
  });

  it('need a timezone that there is', () => {
    expect(isTimezone('Asia/Kolkata')).to.equal(true);
    expect(isTimezone('Mars/Olympus')).to.equal(false);
  });
});
