import { expect } from 'chai';
import { domainHabits, editDistance, likelyMeant } from './typo.ts';

describe('a mistyped address', () => {
  for (const [typed, meant] of [
    ['asha@gmial.com', 'asha@gmail.com'],
    ['asha@gmail.con', 'asha@gmail.com'],
    ['asha@gmail.co', 'asha@gmail.com'],
    ['asha@Gmal.com', 'asha@gmail.com'],
    ['asha@yaho.co.in', 'asha@yahoo.co.in'],
    ['asha@outlok.com', 'asha@outlook.com'],
    ['asha@hotmial.com', 'asha@hotmail.com'],
    ['asha@gamil.com', 'asha@gmail.com'],
    ['asha@hotnail.com', 'asha@hotmail.com'],
    ['asha@yaho.com', 'asha@yahoo.com'],
    ['a@b@gmial.com', 'a@b@gmail.com'],
    ['asha@yahoo.co.uk', null],
    ['asha@hotmail.ca', null],
    ['asha@gmail.com', null],
    ['asha@example.edu', null],
    ['asha@mail.com', null],
    ['asha@line.me', null],
    ['gmial.com', null],
  ] as const)
    it(`${typed}: ${meant ?? 'nothing better is known'}`, () => {
      expect(likelyMeant(typed)).to.equal(meant);
    });

  it('is held against what the others of the event have, too', () => {
    const college = (count: number, domain = 'iitx.ac.in') =>
      Array.from({ length: count }, (_, at) => `s${at}@${domain}`);
    const habits = domainHabits([...college(30), ...college(60, 'gmail.com'), null, undefined, 'no address']);
    expect(habits.usual).to.deep.equal(['gmail.com', 'iitx.ac.in']);
    expect(likelyMeant('Asha@iitx.ac.im', habits)).to.equal('Asha@iitx.ac.in');
    expect(likelyMeant('asha@iixt.ac.in', habits)).to.equal('asha@iitx.ac.in');
    expect(likelyMeant('asha@iitx.ac.in', habits)).to.equal(null);
    expect(likelyMeant('asha@iity.ac.im', habits), 'two slips are another college').to.equal(null);
    expect(likelyMeant('asha@iitx.ac.im'), 'nobody has it').to.equal(null);
  });

  it('takes what several have for right, unless it is one slip from what everybody has', () => {
    const three = (domain: string) => [1, 2, 3].map((at) => `s${at}@${domain}`);
    const habits = domainHabits([
      ...three('cse.iitx.in'),
      ...three('ece.iitx.in'),
      ...three('cs.iitx.in'),
      ...three('gmial.com'),
    ]);
    expect(likelyMeant('asha@cs.iitx.in', habits)).to.equal(null);
    expect(likelyMeant('asha@gmial.com', habits)).to.equal('asha@gmail.com');
    const few = domainHabits([...three('gmal.in').slice(1), ...three('hotmails.co')]);
    expect([few.usual, likelyMeant('asha@hotmails.co', few)]).to.deep.equal([['hotmails.co'], null]);
    const rare = domainHabits([...three('iitx.ac.in'), ...Array.from({ length: 40 }, () => 'x@gmail.com')]);
    expect(rare.usual, 'three of many are not usual').to.deep.equal(['gmail.com']);
  });

  it('counts a swap of neighbours as one slip', () => {
    expect(editDistance('gmial', 'gmail')).to.equal(1);
    expect(editDistance('', 'abc')).to.equal(3);
    expect(editDistance('same', 'same')).to.equal(0);
  });
});
