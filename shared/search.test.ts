import { expect } from 'chai';
import fc from 'fast-check';
import { type Findable, paymentWords, wantedWords } from './search.ts';

const notes = (...values: string[]) => values.map((value, nth) => ({ key: `note ${nth}`, value }));
const NOTHING = { notes: [], email: null, contact: null, rrn: null };
const paid = (facts: Partial<NonNullable<Findable['payment']>['value']> = {}, more: Findable = {}): Findable => ({
  payment: { value: { ...NOTHING, ...facts } },
  ...more,
});

/** Whether a store that has these words would find them so: as `{ words: { $in } }`, for each. */
const finds = (payment: Findable, typed: string): boolean => {
  const words = paymentWords(payment);
  const one = (wanted: RegExp | string) =>
    typeof wanted === 'string' ? words.includes(wanted) : words.some((word) => wanted.test(word));
  return wantedWords(typed).every((choices) => choices.some(one));
};

describe('what a payment is found by', () => {
  const asha = paid(
    { rrn: '600000000001', contact: '+919800000001', email: 'asha.rao@mail.example.edu', notes: notes('Asha  Rao') },
    {
      details: { name: 'Asha Rao', roll_number: '21CS042', phone: '98000 00002' },
      refunds: { rfnd_AbCdEfGhIjKlMn: {} },
    },
  );
  for (const typed of [
    ...['asha', 'RAO', 'rao as', 'Asha Rao', 'ａｓｈａ'],
    ...['21cs', '21CS042', '21-CS-042'],
    ...['asha.rao@mail', 'mail.example', 'EXAMPLE', 'edu'],
    ...['600000000001', '6000 0000 0001'],
    ...['9800000001', '+91 98000-00001', '0000001', '9800000002', '919800000002'],
    'rfnd_AbCdEfGhIjKlMn',
  ])
    it(`is "${typed}"`, () => expect(finds(asha, typed)).to.equal(true));
  for (const typed of [
    ...['sha', 'ashaa', 'asha khan', '1cs042', 'ample'],
    ...['6000', '60000000000', '00000001x', '980000000', '9700000001'],
    ...['00001', 'tel', 'utr', 'rfnd', 'rfnd_abcdefghijklmn', '.*', '^sha', 'as|rao'],
  ])
    it(`is not "${typed}"`, () => expect(finds(asha, typed)).to.equal(false));

  it('is the notes of the payment, its order and its QR code, whatever their keys', () => {
    const each = paid(
      { notes: notes('Ravi (Sonu) Iyer') },
      {
        order: { value: { notes: notes('O’Neill') } },
        qr: { value: { notes: notes('call 98000 00003', 'gate-7') } },
      },
    );
    for (const typed of ['sonu', '(sonu)', 'ravi iyer', 'neill', '9800000003', '000003', 'call', '7', 'gate-7'])
      expect(finds(each, typed), typed).to.equal(true);
  });

  it('is a roll number with and without its dashes', () => {
    const dashed = paid({}, { details: { roll_number: 'CS/21-042' } });
    for (const typed of ['cs/21-042', 'CS21', 'cs21-042', '21', '042', '21-042'])
      expect(finds(dashed, typed), typed).to.equal(true);
    expect(finds(paid({}, { details: { roll_number: '2021-0042' } }), '20210042')).to.equal(true);
  });

  it('is not what Razorpay puts where there is no address', () => {
    expect(paymentWords(paid({ email: 'void@razorpay.com' }))).to.deep.equal([]);
  });

  it('is the beginning of a word that is very long, and of a text without end no more than is of use', () => {
    const long = paid({ notes: notes(`${'x'.repeat(200)}`) });
    expect(finds(long, 'x'.repeat(250))).to.equal(true);
    expect(paymentWords(paid({ notes: notes(`${'1'.repeat(200_000)}x`) }))).to.deep.equal(['1'.repeat(40)]);
    const words = paymentWords(paid({ notes: notes(Array.from({ length: 5_000 }, (_, n) => `w${n}`).join('-')) }));
    expect(words).to.have.length(400);
    expect(Math.max(...words.map((word) => word.length))).to.equal(40);
  });

  it('is found by each beginning of each of its words, in any case, of any text that a store can keep', () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(text, fc.nat({ max: 59 }), (name, at) => {
        const payment = paid({ notes: notes(name) });
        for (const word of paymentWords(payment)) {
          expect(word).to.equal(Buffer.from(word).toString());
          if (word[0] === ' ') continue;
          const typed = word.slice(0, 1 + (at % word.length)).replace(/[\uD800-\uDBFF]$/, '');
          expect(finds(payment, typed), typed).to.equal(true);
        }
      }),
    );
  });

  it('is nothing in particular where nothing was typed', () => {
    for (const typed of ['', '  ', '\u200E']) expect(wantedWords(typed)).to.deep.equal([]);
  });
});
