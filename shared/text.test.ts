import { expect } from 'chai';
import fc from 'fast-check';
import { isolated, oneLine, paragraphs, SHOWS_SOMETHING } from './text.ts';

const any = fc.string({ unit: 'binary', maxLength: 60 });

describe('text of people’s', () => {
  it('shows as it reads: nothing turns its direction, hides in it, or breaks out of its line', () => {
    expect(oneLine('Asha\u202e oaR\u2066')).to.equal('Asha oaR');
    expect(oneLine('As\u200bha\u00ad \ufeffRao\u2060')).to.equal('Asha Rao');
    expect(oneLine('a\r\nBcc: x\u0000\u0085\u2028\u2029y\u001b[2J')).to.equal('a Bcc: x y [2J');
    expect(oneLine('half \ud800 of one')).to.equal('half \ufffd of one');
    expect(paragraphs('a\r\nb\rc\u2028d\u0007\u0000')).to.equal('a\nb\nc\nd');
    fc.assert(
      fc.property(any, (text) => {
        for (const shown of [oneLine(text), paragraphs(text)]) {
          expect(shown)
            .to.not.match(/[\u202A-\u202E\u2066-\u2069\u200B\uFEFF]/)
            .and.not.match(/[^\P{Cc}\n\t]/u);
          expect(shown).to.not.match(/\p{Cs}/u);
        }
        expect(oneLine(text)).to.not.match(/[\p{Cc}\p{Zl}\p{Zp}]/u);
        expect(oneLine(oneLine(text))).to.equal(oneLine(text));
        // What a schema's pattern lets through is never empty once it is cleaned.
        if (SHOWS_SOMETHING.test(text)) expect(oneLine(text)).to.not.equal('');
      }),
      { numRuns: 2_000 },
    );
  });

  it('keeps what scripts and emoji need to be themselves', () => {
    for (const name of ['श्री क्‍ष', 'Zoë Ångström', '李小龍', 'عائشة راو', '👩‍💻 Dev', 'O’Neill-Smith'])
      expect(oneLine(name)).to.equal(name);
  });

  it('is set apart where its script goes from right to left', () => {
    expect(isolated('عائشة')).to.equal('\u2068عائشة\u2069');
    expect(isolated('Asha')).to.equal('Asha');
  });
});
