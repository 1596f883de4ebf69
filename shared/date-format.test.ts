import { expect } from 'chai';
import { dateFormat } from './date-format.ts';

describe('a kept date format', () => {
  const at = new Date('2026-12-20T18:30:00Z');
  it('writes as a new one does, for each locale, zone and options', () => {
    for (let again = 0; again < 2; again++)
      for (const locale of ['en-IN', 'en-GB'])
        for (const timeZone of ['Asia/Kolkata', 'UTC'])
          for (const options of [{ dateStyle: 'full' }, { timeStyle: 'short' }] as const) {
            const all = { ...options, timeZone };
            expect(dateFormat(locale, all).format(at)).to.equal(new Intl.DateTimeFormat(locale, all).format(at));
          }
  });

  it('is made once, but not kept for ever where more and more are asked for', () => {
    const usual = () => dateFormat('en-IN', { timeZone: 'UTC', dateStyle: 'medium' });
    const first = usual();
    expect(usual()).to.equal(first);
    for (let n = 0; n < 300; n++)
      dateFormat('en-IN', { timeZone: 'UTC', year: 'numeric', fractionalSecondDigits: 1, era: 'long', [`x${n}`]: n });
    expect(usual()).to.not.equal(first);
  });
});
