import { expect } from 'chai';
import { scaled } from '../profile.ts';
import { startWorld, student, until, type World } from '../world.ts';
import { type Dump, dump, restore } from './backup.ts';
import { allDelivered, attendeeOf, type Holder, holder, mailed, makeEvent, scan } from './people.ts';

describe('a backup restored', () => {
  let world: World;
  let main: { id: number };
  before(async function () {
    this.timeout(120_000);
    world = await startWorld();
    main = await makeEvent(world);
  });
  after(async () => world?.stop());

  const inbox = (email: string) => world.mails.summaries({ to: email }).map(({ subject }) => subject.split(':')[0]);
  const ticketOf = async (id: string) => {
    const { ticket, live } = (await attendeeOf(world, id)) ?? {};
    return { id: ticket?.id, issue: ticket?.issue, live };
  };
  const refund = async (id: string) => {
    await world.razorpay.control(`/payments/${id}/refund`, {});
    await world.settled(id, 'revoked');
  };
  /** The cancellation has left. */
  const told = (id: string) =>
    until(
      () => world.store.mails.findOne({ payment_id: id, kind: 'cancellation' }).lean(),
      (mail) => mail?.state === 'sent',
      `the cancellation of ${id}`,
    );

  it('from before: the same QR codes for the same payments, no mail twice that the backup knows, refunds refused', async () => {
    const join = () => holder(world, { notes: student({ event_id: main.id }) });
    const [asha, inside, leaving, gone] = (await Promise.all([1, 2, 3, 4].map(join))) as [
      Holder,
      Holder,
      Holder,
      Holder,
    ];
    expect(await scan(world, inside.token)).to.equal('ok');
    await refund(gone.id);
    await told(gone.id);
    const { id: held } = await world.pay({ amount: 100, notes: student({ event_id: main.id }) });
    await world.settled(held, 'held:underpaid');
    const backup = await dump(world);

    const late = await Promise.all([1, 2].map(join));
    expect(await scan(world, asha.token)).to.equal('ok');
    await refund(leaving.id);
    await told(leaving.id);
    const everybody = [asha, inside, leaving, gone, ...late];
    const before = await Promise.all(everybody.map(({ id }) => ticketOf(id)));
    await allDelivered(world);

    const { state, error } = await restore(world, backup);
    expect([state, error]).to.deep.equal(['complete', null]);
    for (const { id } of late) await mailed(world, id);
    await told(leaving.id);

    expect(await Promise.all(everybody.map(({ id }) => ticketOf(id)))).to.deep.equal(before);
    expect(await world.store.attendees.countDocuments({ payment_id: { $in: everybody.map(({ id }) => id) } })).to.equal(
      6,
    );
    expect(await scan(world, inside.token)).to.equal('already_checked_in');
    for (const { token } of [leaving, gone]) expect(await scan(world, token)).to.equal('refunded');
    for (const { token } of late) expect(await scan(world, token)).to.equal('ok');
    // What the backup cannot know: who came in since, and what was mailed since.
    expect(await scan(world, asha.token)).to.equal('ok');
    for (const { email } of [asha, inside]) expect(inbox(email)).to.deep.equal(['Your ticket']);
    expect(inbox(gone.email)).to.have.members(['Your ticket', 'Ticket cancelled']);
    expect(inbox(leaving.email)).to.have.members(['Your ticket', 'Ticket cancelled', 'Ticket cancelled']);
    for (const { email } of late) expect(inbox(email)).to.deep.equal(['Your ticket', 'Your ticket']);
    await world.settled(held, 'held:underpaid');
  }).timeout(120_000);

  /** What a dump that is copied while people pay may bring: these collections later than the others. */
  const all = ['payments', 'attendees', 'mails', 'counters'];
  const mixes = Array.from({ length: 2 ** all.length - 2 }, (_, mix) => all.filter((_, nth) => (mix + 1) & (1 << nth)));
  const tried = scaled({ quick: mixes.filter((set) => set.length === 1), long: mixes });

  for (const later of tried)
    it(`with ${later.join(', ')} later than the rest: everybody has one ticket, one mail, and no refunded one opens`, async () => {
      const event = await makeEvent(world, { capacity: 4 });
      const join = (notes = {}) => holder(world, { notes: student({ event_id: event.id, ...notes }) });
      const there = (await Promise.all([join(), join()])) as [Holder, Holder];
      const early = await dump(world);
      const [leaving] = there;
      await refund(leaving.id);
      await told(leaving.id);
      const came = await Promise.all([join(), join(), join()]);
      // Where the payments are old, all who paid since compete for the seats again; here nobody shall.
      const waits = later.includes('payments') ? await world.pay({ notes: student({ event_id: event.id }) }) : null;
      if (waits) await world.settled(waits.id, 'held:event_full');
      await allDelivered(world);
      const late = await dump(world);
      const before = await Promise.all([...there, ...came].map(({ id }) => ticketOf(id)));
      const mails = world.mails.summaries({}).length;

      const mixed: Dump = Object.fromEntries(
        Object.keys(late).map((name) => [name, (later.includes(name) ? late : early)[name] ?? []]),
      );
      expect((await restore(world, mixed)).state).to.equal('complete');

      await world.settled(leaving.id, 'revoked');
      for (const { id } of came) await world.settled(id, 'ticketed');
      await until(
        () => Promise.all([...there, ...came].map(({ id }) => ticketOf(id))),
        (found) => JSON.stringify(found) === JSON.stringify(before),
        'the tickets as they were',
      );
      for (const { id } of came) await mailed(world, id);
      await told(leaving.id);
      if (waits) await world.settled(waits.id, 'held:event_full');
      expect(await world.store.attendees.countDocuments({ event_id: event.id, live: true })).to.equal(4);
      expect(await scan(world, leaving.token)).to.equal('refunded');
      for (const { token } of [there[1], ...came]) expect(await scan(world, token)).to.equal('ok');
      // Where the mails are the later ones, the backup knows all that was mailed.
      const repeated = world.mails.summaries({}).length - mails;
      expect(repeated).to.equal(later.includes('mails') ? 0 : came.length + 1);
      await until(
        () => world.store.mails.countDocuments({ state: { $in: ['owed', 'sending'] } }),
        (n) => n === 0,
        'nothing left in the outbox',
      );
    }).timeout(120_000);
});
