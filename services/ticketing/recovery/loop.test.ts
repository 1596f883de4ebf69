/** What is asked of a replica that has only just started is not forgotten. */
import { expect } from 'chai';
import { saySigner } from '../../../shared/ticket/signer.ts';
import { eventDoc, paymentDoc, STUDENT } from '../../../test/documents.ts';
import { until } from '../../../test/until.ts';
import { type Desk, openDesk } from '../test/desk.ts';
import { startRecovery } from './loop.ts';

describe('recovery on a replica that has just started', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk();
  });
  after(() => desk?.close());

  it('looks at what is held once it may give seats, at once, also where a hint came before that', async () => {
    const held = paymentDoc(
      {},
      {
        pending: false,
        pending_since: null,
        settling: null,
        event_id: 1,
        outcome: { kind: 'held', reason: 'event_full', since: new Date() },
      },
    );
    await desk.lay({ payments: [held], events: [eventDoc({ capacity: 1 })] });
    let open = false;
    const recovery = startRecovery(desk.tools(), {
      intervalMs: 3_600_000,
      workers: 1,
      retentionDays: null,
      signingKid: '0a1b2c3d',
      open: async () => open,
      onMailOwed: () => undefined,
    });
    try {
      expect(await recovery.hasten(1)).to.equal(0);
      expect((await desk.payment(held._id)).outcome?.kind).to.equal('held');
      open = true;
      await until(
        () => desk.payment(held._id),
        ({ outcome }) => outcome?.kind === 'ticketed',
        'the seat given',
      );
      expect(recovery.whole()).to.equal(true);
    } finally {
      await recovery.stop();
    }
  });

  it('gives whoever was ticketed the seat back before a payment that is pending, as right after a restore', async () => {
    const old = new Date(Date.now() - 600_000);
    const lost = paymentDoc(
      { id: 'pay_BBBBBBBBBBBBBB', notes: { ...STUDENT, roll_number: 'R2' } },
      {
        pending: false,
        pending_since: null,
        settling: null,
        event_id: 1,
        attendee_id: 7,
        looked_up_at: old,
        outcome: { kind: 'ticketed', reason: null, since: old },
      },
    );
    await desk.lay({
      payments: [paymentDoc({}, { pending_since: old, settling: null, next_at: null }), lost],
      events: [eventDoc({ capacity: 1 })],
    });
    const recovery = startRecovery(desk.tools(), {
      intervalMs: 100,
      workers: 1,
      retentionDays: null,
      signingKid: '0a1b2c3d',
      open: async () => true,
      onMailOwed: () => undefined,
    });
    try {
      const { outcome } = await until(
        () => desk.payment(),
        ({ pending }) => !pending,
        'the pending one settled',
      );
      expect(outcome?.reason).to.equal('event_full');
      const live = await desk.store.attendees.find({ live: true }).lean();
      expect(live.map(({ payment_id, seat }) => [payment_id, seat])).to.deep.equal([[lost._id, 1]]);
    } finally {
      await recovery.stop();
    }
  });

  it('says which key it signs with, once the store is there; of replicas that differ the newest', async () => {
    await desk.lay({});
    const said = () => desk.store.bindings.findById('signing').lean();
    for (const signingKid of ['8d3c2b1a', '4e5f6071']) {
      let open = false;
      let looks = 0;
      const recovery = startRecovery(desk.tools(), {
        intervalMs: 100,
        workers: 1,
        retentionDays: null,
        signingKid,
        open: async () => {
          looks++;
          return open;
        },
        onMailOwed: () => undefined,
      });
      try {
        expect((await said())?.kid).to.not.equal(signingKid);
        open = true;
        await until(said, (one) => one?.kid === signingKid, 'the key said');
        await desk.store.bindings.updateOne({ _id: 'signing' }, { $set: { kid: 'another' } });
        const before = looks;
        // Of all loops together: each had its turn.
        await until(
          () => looks,
          (now) => now > before + 20,
          'more rounds',
        );
        expect((await said())?.kid, 'said once').to.equal('another');
      } finally {
        await recovery.stop();
      }
    }
  });

  it('writes down no key that is said already: a process that starts changes nothing', async () => {
    await desk.lay({});
    await saySigner(desk.store, '0a1b2c3d');
    expect(await desk.asked(() => saySigner(desk.store, '0a1b2c3d'))).to.deep.equal(['bindings.findOne']);
  });
});
