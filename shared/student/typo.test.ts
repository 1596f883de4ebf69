import { expect } from 'chai';
import { editDistance, likelyMeant } from './typo.ts';

describe('a mistyped address', () => {
  for (const [typed, meant] of [
    ['asha@gmial.com', 'asha@gmail.com'],
    ['asha@gmail.con', 'asha@gmail.com'],
    ['asha@gmail.co', 'asha@gmail.com'],
    ['asha@Gmal.com', 'asha@gmail.com'],
    ['asha@yaho.co.in', 'asha@yahoo.co.in'],
    ['asha@outlok.com', 'asha@outlook.com'],
    ['asha@hotmial.com', 'asha@hotmail.com'],
    ['asha@gmail.com', null],
    ['asha@example.edu', null],
    ['asha@mail.com', null],
    ['asha@line.me', null],
    ['gmial.com', null],
  ] as const)
    it(`${typed}: ${meant ?? 'nothing better is known'}`, () => {
      expect(likelyMeant(typed)).to.equal(meant);
    });

  it('counts a swap of neighbours as one slip', () => {
    expect(editDistance('gmial', 'gmail')).to.equal(1);
    expect(editDistance('', 'abc')).to.equal(3);
    expect(editDistance('same', 'same')).to.equal(0);
  });
});
