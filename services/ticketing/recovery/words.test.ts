/** What a store or a backup from before there were words holds is found like everything else. */
import { expect } from 'chai';
import { paymentWords } from '../../../shared/search.ts';
import type { PaymentDoc } from '../../../shared/store/documents.ts';
import { paymentDoc, register } from '../../../test/documents.ts';
import { type Desk, openDesk } from '../test/desk.ts';
import { addWords } from './words.ts';

const id = (n: number) => `pay_${String(n).padStart(14, '0')}`;
const REFUND = {
  id: 'rfnd_AAAAAAAAAAAAAA',
  payment_id: id(1),
  amount: 1,
  currency: 'INR',
  status: 'processed',
  created_at: 1,
};

describe('payments from before there were words', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk();
  });
  after(() => desk?.close());

  const old = (n: number, change: Partial<PaymentDoc> = {}) => paymentDoc({ id: id(n) }, { pending: false, ...change });

  it('get theirs, however many there are; one that was erased gets no more than its refunds', async () => {
    const refunds = { [REFUND.id]: register(REFUND) };
    const payments = [
      old(0, { details: { name: 'Meera Khan' } }),
      old(1, { refunds, redacted_at: new Date() }),
      old(2, { words: ['its', 'own'] }),
      old(3, { words: [] }),
      ...Array.from({ length: 600 }, (_, n) => old(n + 4)),
    ];
    await desk.lay({ payments });
    await addWords(desk.store, () => false);
    const words = async (n: number) => (await desk.payment(id(n))).words;
    expect(await words(0))
      .to.deep.equal(paymentWords(payments[0] as PaymentDoc))
      .and.include('meera');
    expect(await words(1)).to.deep.equal([` ${REFUND.id}`]);
    expect([await words(2), await words(3)]).to.deep.equal([['its', 'own'], []]);
    expect(await desk.store.payments.countDocuments({ words: null })).to.equal(0);
  });

  it('wait for the next time where ticketing stops', async () => {
    await desk.lay({ payments: [old(0)] });
    await addWords(desk.store, () => true);
    expect((await desk.payment(id(0))).words).to.equal(undefined);
  });
});
