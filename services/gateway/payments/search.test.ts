import { expect } from 'chai';
import type { RefundFacts } from '../../../shared/razorpay/facts.ts';
import { event, payId, payment } from '../testing/documents.ts';
import { startTestGateway, type TestGateway } from '../testing/start.ts';
import { paymentSearch } from './search.ts';

describe('searching payments', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
    await gateway.store.events.create(event(1, { club_id: 1 }));
    const [id, payment_id] = ['rfnd_AAAAAAAAAAAAAA', payId(4)];
    const value: RefundFacts = { id, payment_id, amount: 1, currency: 'INR', status: 'processed', created_at: 1 };
    const refund = { version: '1', digest: 'd', value };
    const details = (name: string, roll_number: string, phone: string) => ({ name, roll_number, phone });
    await gateway.store.payments.insertMany([
      payment(
        1,
        { details: details('Asha Rao', '21CS042', '9800000001') },
        { rrn: '600000000001', contact: '+919800000001', order_id: 'order_AAAAAAAAAAAAAA' },
      ),
      payment(
        2,
        { details: details('Ravi (Sonu) Iyer', '2144', '98000 00002') },
        { rrn: '600000000002', contact: null, notes: [] },
      ),
      payment(
        3,
        { details: null, event_id: null, outcome: { kind: 'held', reason: 'unassigned_event', since: new Date() } },
        { rrn: '600000000003', contact: null, notes: [{ key: 'Nme', value: 'Meera Khan' }] },
      ),
      payment(
        4,
        {
          details: null,
          event_id: null,
          refunds: { rfnd_AAAAAAAAAAAAAA: refund },
          outcome: { kind: 'foreign', reason: null, since: new Date() },
          flags: ['overpaid'],
        },
        { rrn: null, contact: null, notes: [] },
      ),
    ]);
  });
  after(() => gateway.stop());

  const find = async (query: Record<string, string>, who: 'admin' | 'organizer' = 'admin') => {
    const { status, body } = await gateway.ask(who, 'GET', `/api/payments?${new URLSearchParams(query)}`);
    expect(status, JSON.stringify(body)).to.equal(200);
    return body.map(({ id }: { id: string }) => Number(id.slice(4))).sort();
  };

  for (const [q, found] of [
    [payId(2), [2]],
    ['order_AAAAAAAAAAAAAA', [1]],
    ['rfnd_AAAAAAAAAAAAAA', [4]],
    ['RFND_AAAAAAAAAAAAAA', []],
    ['600000000003', [3]],
    ['6000 0000 0002', [2]],
    ['9800000001', [1]],
    ['+91 98000 00001', [1]],
    ['9800000002', [2]],
    ['asha', [1]],
    ['RAO asha', [1]],
    ['sha', []],
    ['21cs', [1]],
    ['2144', [2]],
    ['(sonu)', [2]],
    ['sonu', [2]],
    ['meera', [3]],
    ['.*', []],
    ['nobody', []],
    // Pasted from somewhere, with what cannot be seen; MongoDB takes no pattern with a NUL.
    ['meera\u0000', [3]],
    ['\u200Emeera\u0007 ', [3]],
    ['zz\u0000\u0085', []],
  ] as const)
    it(`finds ${found.length === 0 ? 'none' : found.join(' and ')} by "${q}"`, async () => {
      expect(await find({ q })).to.deep.equal(found);
    });

  it('filters by outcome, event and flag, and shows all without', async () => {
    expect(await find({})).to.deep.equal([1, 2, 3, 4]);
    expect(await find({ outcome: 'held' })).to.deep.equal([3]);
    expect(await find({ outcome: 'ticketed', q: 'ravi' })).to.deep.equal([2]);
    expect(await find({ event_id: '1' })).to.deep.equal([1, 2]);
    expect(await find({ flag: 'overpaid' })).to.deep.equal([4]);
  });

  it('shows an organizer nothing of other clubs', async () => {
    expect(await find({ q: 'asha' }, 'organizer')).to.deep.equal([]);
  });

  it('makes of an empty text no filter', () => {
    expect(paymentSearch('  ')).to.equal(null);
  });
});
