/** Claims spare replicas the same work: one settles a payment at a time, and a dead one keeps nobody from it. */
import { expect } from 'chai';
import type { PaymentDoc } from '../../../shared/store/documents.ts';
import { paymentDoc } from '../../../test/documents.ts';
import { type Desk, openDesk } from '../test/desk.ts';
import { claimPayment, claimPending, holds, newClaim, renewClaim } from './claim.ts';

/** One moment for a whole test; a file may wait long for its turn. */
let began = Date.now();
const at = (ms: number) => new Date(began + ms);
const ID = 'pay_AAAAAAAAAAAAAA';
const doc = (change: Partial<PaymentDoc> = {}, id = ID) =>
  paymentDoc({ id }, { pending_since: at(-10_000), settling: null, next_at: null, ...change });

describe('a claim on settling a payment', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk();
  });
  beforeEach(() => {
    began = Date.now();
  });
  after(() => desk?.close());

  it('goes to one of many who ask at once, and makes a settled payment pending', async () => {
    await desk.lay({ payments: [doc({ pending: false, pending_since: null })] });
    const claims = await Promise.all(Array.from({ length: 12 }, () => claimPayment(desk.store, ID)));
    const [won, ...others] = claims.filter((claim) => claim !== null);
    expect(others).to.deep.equal([]);
    const stored = await desk.payment();
    expect(stored.pending).to.equal(true);
    expect(stored.pending_since).to.be.a('date');
    expect(won?.payment).to.deep.equal(stored);
    expect(won && holds(stored, won.claim)).to.equal(true);
  });

  it('is free again once it is past, and not a moment sooner', async () => {
    const settling = { token: 'dead', until: at(5_000) };
    await desk.lay({ payments: [doc({ settling })] });
    expect(await claimPayment(desk.store, ID, at(4_999))).to.equal(null);
    const taken = await claimPayment(desk.store, ID, at(5_000));
    expect(taken?.claim.until).to.deep.equal(at(50_000));
    expect((await desk.payment()).settling).to.deep.equal(taken?.claim);
    expect(await claimPayment(desk.store, 'pay_00000000000000')).to.equal(null);
  });

  it('is kept for longer by who holds it, who then sees the payment as it is; anybody else learns that it is lost', async () => {
    await desk.lay({ payments: [doc()] });
    const taken = await claimPayment(desk.store, ID, at(-40_000));
    if (!taken) throw new Error('it was free');
    await desk.store.payments.updateOne({ _id: ID }, { $inc: { rev: 1 } });
    const renewed = await renewClaim(desk.store, ID, taken.claim);
    expect(renewed?.rev).to.equal(taken.payment.rev + 1);
    expect(renewed?.settling?.token).to.equal(taken.claim.token);
    expect(renewed?.settling?.until.getTime()).to.be.above(taken.claim.until.getTime() + 30_000);
    expect(await renewClaim(desk.store, ID, newClaim())).to.equal(null);
    expect((await desk.payment()).settling?.token).to.equal(taken.claim.token);
  });

  it('is held only while the payment is pending under its token', () => {
    const claim = newClaim();
    expect(holds(doc({ settling: claim }), claim)).to.equal(true);
    expect(holds(doc({ settling: claim, pending: false }), claim)).to.equal(false);
    expect(holds(doc({ settling: newClaim() }), claim)).to.equal(false);
    expect(holds(doc({ settling: null }), claim)).to.equal(false);
  });

  describe('by who looks for what is left over', () => {
    const next = async () => (await claimPending(desk.store, at(-5_000), at(0)))?.payment._id ?? null;

    it('takes what is pending for long enough, longest first, each once', async () => {
      await desk.lay({
        payments: [
          doc({ pending_since: at(-6_000) }, 'pay_00000000000001'),
          doc({ pending_since: at(-9_000) }, 'pay_00000000000002'),
          doc({ pending_since: at(-4_000) }, 'pay_00000000000003'),
          doc({ pending_since: at(-9_999), pending: false }, 'pay_00000000000004'),
        ],
      });
      expect([await next(), await next(), await next()]).to.deep.equal([
        'pay_00000000000002',
        'pay_00000000000001',
        null,
      ]);
    });

    it('leaves at rest what failed until its time, however long it is pending, and then takes it', async () => {
      await desk.lay({ payments: [doc({ next_at: at(60_000), attempts: 2 })] });
      expect(await next()).to.equal(null);
      await desk.lay({ payments: [doc({ next_at: at(-1), pending_since: at(-1), attempts: 2 })] });
      expect(await next()).to.equal(ID);
    });

    it('leaves what somebody settles, and takes over from the dead', async () => {
      await desk.lay({ payments: [doc({ settling: { token: 'busy', until: at(3_600_000) } })] });
      expect(await next()).to.equal(null);
      await desk.lay({ payments: [doc({ settling: { token: 'dead', until: at(-1) } })] });
      expect(await next()).to.equal(ID);
    });
  });
});
