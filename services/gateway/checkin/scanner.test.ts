/** The phone's engine against a real gateway, with a network that can go away at any moment. */
import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import { MOMENT } from '../../../test/patience.ts';
import { until } from '../../../test/until.ts';
import { createApi } from '../console/public/scan/api.js';
import { createDoor, NotKept } from '../console/public/scan/door.js';
import { FULL_AFTER_MS } from '../console/public/scan/list.js';
import { clock } from '../console/public/scan/words.js';
import { PEOPLE } from '../testing/documents.ts';
import { endedTicket, startGate, type TestGate } from '../testing/gate.ts';
import { phoneAt, phoneMemory } from '../testing/phone.ts';
import { scanEntryId } from './trail.ts';

describe('the scanner of a phone', () => {
  let gate: TestGate;
  before(async () => {
    gate = await startGate();
    await gate.open(1);
    await gate.open(2);
    await gate.open(3);
    await gate.open(4);
    await gate.open(5, { doors_open_at: new Date(Date.now() + 3_600_000) });
  });
  after(() => gate.stop());

  const phone = phoneAt(() => gate);
  const stored = (n: number) => gate.store.attendees.findById(n).lean();

  it('asks the gateway while it can', async () => {
    const { n, token } = await gate.ticket();
    const { door, scan } = await phone();
    const before = door.count().here;
    expect(await scan(token)).to.include({
      good: true,
      reason: 'ok',
      offline: false,
      name: 'Asha Rao',
      title: 'Come in',
    });
    expect(door.count().here).to.equal(before + 1);
    const again = await scan(token);
    expect(again).to.include({ good: false, reason: 'already_checked_in', offline: false });
    expect(again.text).to.contain('at North, by the-staff');
    expect((await stored(n))?.checked_in_gate).to.equal('North');
  });

  it('goes on without it: lets each ticket in once, and tells the gateway when it is back, with the times', async () => {
    const [a, b, late] = [await gate.ticket(), await gate.ticket(), { id: 'bought-late' }];
    const refunded = await gate.ticket({ live: false, ticket: endedTicket('refunded-x', 'refunded') });
    const { door, go, scan } = await phone();
    await go('down');
    expect(door.state.reach).to.equal('offline');
    expect(await scan(a.token)).to.include({ good: true, offline: true, name: 'Asha Rao' });
    expect(await scan(a.token)).to.include({ good: false, reason: 'already_checked_in', offline: true });
    expect(await scan(refunded.token)).to.include({ good: false, reason: 'refunded' });
    expect(await scan('https://example.edu')).to.include({ good: false, reason: 'bad_signature' });
    expect(await scan(await gate.sign(b.id, 2))).to.include({ good: false, reason: 'wrong_event' });
    expect(await scan(`${a.token.slice(0, -4)}AAAA`)).to.include({ good: false, reason: 'bad_signature' });
    const unlisted = await scan(await gate.sign(late.id));
    expect(unlisted, 'genuine, and newer than the list').to.include({ good: true, name: null });
    expect(unlisted.text).to.contain('newer');
    expect(door.state.waiting).to.have.length(2);
    expect((await stored(a.n))?.checked_in_at).to.equal(null);

    const at = door.state.waiting[0]?.at ?? 0;
    await go('up');
    expect(door.state).to.deep.include({ reach: 'online', waiting: [] });
    expect((await stored(a.n))?.checked_in_at?.getTime()).to.be.closeTo(at, MOMENT * 1_000);
    // Nobody has that ticket: it is shown, not hidden.
    expect(door.state.conflicts.map(({ reason }) => reason)).to.deep.equal(['unknown']);
  });

  it('lets nobody in twice while the gateway has yet to hear of the first time', async () => {
    const bina = { details: { name: 'Bina Nair', roll_number: 'B1' } };
    const [a, b] = [await gate.ticket(), await gate.ticket(bina)];
    const { door, go, scan, network, memory } = await phone();
    await go('down');
    expect(await scan(a.token)).to.include({ good: true, offline: true });
    // A name of its own: of many alike only the first are found.
    const { people } = await door.search('bina nair');
    expect(await door.admit(people[0])).to.include({ good: true, offline: true });
    // The network is back for everything but the upload.
    network.is = 'no upload';
    await door.sync();
    expect(door.state.waiting).to.have.length(2);
    expect(door.state.reach, 'a scan may get through where an upload does not').to.equal('online');
    for (const { token } of [a, b])
      expect(await scan(token)).to.include({ good: false, reason: 'already_checked_in', offline: true });
    await go('up');
    expect(door.state).to.deep.include({ waiting: [], conflicts: [] });
    expect(await memory.all('scans')).to.deep.equal([]);
  });

  it('goes on asking, and hears what changed, where only short answers get through', async () => {
    const [a, b, c] = [await gate.ticket(), await gate.ticket(), await gate.ticket()];
    const { door, go, scan, network, passes } = await phone();
    const inside = (id: string) => door.state.list?.tickets.get(id)?.entry != null;
    await go('down');
    await scan(a.token);
    passes(FULL_AFTER_MS);
    await gate.scan(b.token);
    await go('no whole list');
    expect([network.whole, inside(b.id)]).to.deep.equal([2, false]);
    expect(door.state).to.deep.include({ reach: 'online', waiting: [] });
    await door.sync();
    expect([network.whole, inside(b.id)], 'what changed').to.deep.equal([2, true]);
    expect(await scan(b.token)).to.include({ reason: 'already_checked_in', offline: false });

    await go('down');
    await scan(c.token);
    const late = await gate.ticket();
    await go('no upload');
    expect(door.state.waiting).to.have.length(1);
    expect(door.state.list?.tickets.has(late.id), 'though the upload did not get through').to.equal(true);
    passes(FULL_AFTER_MS);
    await go('up');
    expect(network.whole, 'all of it is asked for again later').to.equal(3);
    expect(door.state.waiting).to.deep.equal([]);
  });

  it('forgets nobody whom it let in while the whole list was on its way', async () => {
    const [a, first] = [await gate.ticket(), await gate.ticket({}, 4)];
    const refused = { good: false, reason: 'already_checked_in', offline: true };
    const { door, go, scan, network, passes } = await phone();
    passes(FULL_AFTER_MS);
    network.onTheWay = async () => {
      expect(await scan(a.token)).to.include({ good: true, offline: false });
    };
    await go('up');
    expect(network.whole).to.equal(2);
    await go('down');
    expect(await scan(a.token)).to.include(refused);

    // The first list of an event, before which a phone can read no ticket.
    network.is = 'up';
    network.onTheWay = async () => {
      expect(await scan(first.token)).to.include({ good: true, offline: false });
    };
    await door.choose(4, 'North');
    await go('down');
    expect(await scan(first.token)).to.include(refused);
  });

  it('tells of all that it recorded whoever is signed in, each once, and who stood there', async () => {
    const [asked, late, twice] = [await gate.ticket(), await gate.ticket(), await gate.ticket()];
    const first = await phone();
    await first.go('answers lost');
    expect(await first.scan(asked.token), 'stored, and the answer lost').to.include({ good: true, offline: true });
    await gate.scan(twice.token, { gate: 'South' });
    // Closed and opened again without network: it knows who stands there.
    const { door, go, scan, network } = await phone('North', first.memory, 1, { is: 'down' });
    expect(await scan(late.token)).to.include({ good: true, offline: true });
    expect(await scan(twice.token)).to.include({ good: true, offline: true });
    const recorded = door.state.waiting;
    expect(recorded.map(({ by }) => by)).to.deep.equal(['the-staff', 'the-staff', 'the-staff']);

    network.who = 'admin';
    await go('answers lost');
    expect(door.state.waiting, 'stored, and that answer is lost too').to.have.length(3);
    network.who = 'organizer';
    await go('up');
    expect(door.state.waiting).to.deep.equal([]);
    expect(door.state.conflicts.map(({ name, reason }) => [name, reason])).to.deep.equal([
      ['Asha Rao', 'already_checked_in'],
    ]);
    expect((await stored(asked.n))?.checked_in_by).to.equal('the-staff');
    expect((await stored(late.n))?.checked_in_by, 'who is answerable for it').to.equal('admin');
    const conflicts = await gate.store.conflicts.find({ attendee_id: twice.n }).lean();
    expect(conflicts.map(({ by, recorded_by }) => [by, recorded_by])).to.deep.equal([['admin', 'the-staff']]);

    const trail = (n: number) => gate.store.activities.find({ attendee_id: n }).lean();
    const [online, ...more] = await trail(asked.n);
    expect([online?.actor, online?.facts, more]).to.deep.equal(['the-staff', { reason: 'ok', gate: 'North' }, []]);
    const [told, ...others] = await trail(late.n);
    const { nonce = '', at = 0 } = recorded.find(({ ticket }) => ticket === late.id) ?? {};
    expect(told).to.deep.include({
      _id: scanEntryId('checkin.accepted', { event: 1, ticket: late.id, by: 'the-staff', nonce }),
      actor: 'admin',
    });
    expect(told?.facts).to.include({ offline: true, gate: 'North', recorded_by: 'the-staff' });
    expect(Date.parse(String(told?.facts?.scanned_at))).to.be.closeTo(at, MOMENT * 1_000);
    expect(others).to.deep.equal([]);
  });

  it('speaks in the server’s time, whatever its own clock says', async () => {
    const HOUR = 3_600_000;
    const { token } = await gate.ticket();
    const [north, south] = [await phone('North', phoneMemory(), 1, { ahead: 2 * HOUR }), await phone('South')];
    await north.go('down');
    await south.go('down');
    const before = Date.now();
    expect(await north.scan(token)).to.include({ good: true });
    const { list, waiting } = north.door.state;
    const at = (waiting[0]?.at ?? 0) - (list?.ahead ?? 0);
    expect(at).to.be.closeTo(before, MOMENT * 1_000);
    expect((await north.scan(token)).text).to.contain(clock(at, list?.event.timezone ?? ''));
    await south.scan(token);
    await south.go('up');
    await north.go('up');
    expect(north.door.state.conflicts.map((one) => one.at)).to.deep.equal([at]);
  });

  it('tells what it can, though the event of other scans is not this person’s any more', async () => {
    const [kept, other] = [await gate.ticket({}, 1), await gate.ticket({}, 3)];
    const given = async (staff: number[]) =>
      expect((await gate.ask('admin', 'PUT', '/api/events/1/staff', staff)).status).to.equal(200);
    const first = await phone('North', phoneMemory(), 1);
    await first.go('down');
    expect(await first.scan(kept.token)).to.include({ good: true });
    await given([]);
    try {
      const second = await phone('South', first.memory, 3);
      await second.go('down');
      expect(await second.scan(other.token)).to.include({ good: true });
      await second.go('up');
      expect(
        second.door.state.waiting.map(({ ticket }) => ticket),
        'kept on the phone',
      ).to.deep.equal([kept.id]);
      expect(second.door.state.trouble).to.contain('Event 1 is not yours any more').and.to.contain('Ask an organiser');
      expect((await stored(other.n))?.checked_in_at, 'told all the same').to.be.an.instanceOf(Date);
      await given([PEOPLE.staff]);
      await second.go('up');
      expect(second.door.state).to.deep.include({ waiting: [], trouble: '' });
      expect((await stored(kept.n))?.checked_in_at).to.be.an.instanceOf(Date);
    } finally {
      await given([PEOPLE.staff]);
    }
  });

  it('lets nobody in whom it cannot keep, and says so; once it can, the same ticket is good', async () => {
    const { n, token } = await gate.ticket();
    const memory = phoneMemory();
    const { door, go, scan } = await phone('North', memory);
    await go('down');
    const { put } = memory;
    memory.put = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
    let refusal: unknown;
    await scan(token).catch((error) => {
      refusal = error;
    });
    expect(refusal).to.be.an.instanceOf(NotKept);
    expect(door.state.waiting).to.deep.equal([]);
    memory.put = put;
    expect(await scan(token)).to.include({ good: true, offline: true });
    // Full again: whom it let in is told first of all, and told again until the phone can keep that it was.
    memory.put = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
    await go('up');
    expect(door.state.reach).to.equal('online');
    expect(door.state.waiting).to.have.length(1);
    expect(door.state.trouble).to.contain('cannot keep');
    expect((await stored(n))?.checked_in_at).to.be.an.instanceOf(Date);
    memory.put = put;
    await go('up');
    expect(door.state).to.deep.include({ waiting: [], conflicts: [], trouble: '' });
  });

  it('takes a scan whose answer was lost for the same scan', async () => {
    const { n, token } = await gate.ticket();
    const { door, go, scan, network } = await phone();
    const { here } = door.count();
    network.is = 'answers lost';
    expect(await scan(token), 'by the phone itself').to.include({ good: true, offline: true });
    expect((await stored(n))?.checked_in_at, 'though the gateway had taken it').to.be.an.instanceOf(Date);
    expect(door.count().here).to.equal(here + 1);
    await go('no upload');
    expect([door.state.waiting.length, door.count().here], 'counted once').to.deep.equal([1, here + 1]);
    await go('up');
    expect(door.state).to.deep.include({ waiting: [], conflicts: [] });
  });

  it('loses nothing by being closed, by an upload whose answer is lost, or by being signed out', async () => {
    const { n, token } = await gate.ticket();
    const first = await phone();
    await first.go('down');
    await first.scan(token);
    // Closed and opened again; then the upload arrives, and its answer does not.
    const second = await phone('North', first.memory);
    expect(second.door.state.waiting, 'told by now').to.deep.equal([]);
    expect((await stored(n))?.checked_in_at).to.be.an.instanceOf(Date);

    const other = await gate.ticket();
    await second.door.sync();
    await second.go('down');
    await second.scan(other.token);
    await second.go('answers lost');
    expect(second.door.state.waiting).to.have.length(1);
    await second.go('signed out');
    expect(second.door.state).to.deep.include({ reach: 'signed_out' });
    expect(second.door.state.waiting).to.have.length(1);
    expect(await second.scan(other.token), 'works on meanwhile').to.include({
      reason: 'already_checked_in',
      offline: true,
    });
    await second.go('up');
    expect(second.door.state).to.deep.include({ reach: 'online', waiting: [], conflicts: [] });
  });

  it('shows that another phone, offline too, had let the same ticket in', async () => {
    const { n, token } = await gate.ticket();
    const [north, south] = [await phone('North'), await phone('South')];
    await north.go('down');
    await south.go('down');
    expect((await north.scan(token)).good && (await south.scan(token)).good, 'neither can know').to.equal(true);
    await south.go('up');
    await north.go('up');
    expect(south.door.state.conflicts).to.deep.equal([]);
    const [conflict] = north.door.state.conflicts;
    expect(conflict).to.include({ reason: 'already_checked_in', name: 'Asha Rao' });
    expect(conflict?.message).to.contain('at South, by the-staff');
    expect((await stored(n))?.checked_in_gate).to.equal('South');
    const again = await phone('North', north.memory);
    expect(again.door.state.conflicts, 'until somebody has read it').to.have.length(1);
    await again.door.dismiss(conflict?.nonce ?? '');
    expect((await phone('North', north.memory)).door.state.conflicts).to.deep.equal([]);
  });

  it('hears of refunds, and of whom other gates let in, with each look', async () => {
    const [a, b] = [await gate.ticket(), await gate.ticket()];
    const { door, go, scan } = await phone();
    await gate.scan(a.token, { gate: 'South' });
    const refund = { live: false, 'ticket.revoked_at': new Date(), 'ticket.revoked_reason': 'refunded' };
    await gate.store.attendees.updateOne({ _id: b.n }, { $set: refund });
    await door.sync();
    await go('down');
    const refused = await scan(a.token);
    expect(refused).to.include({ reason: 'already_checked_in', offline: true });
    expect(refused.text).to.contain('at South, by the-staff');
    expect(await scan(b.token)).to.include({ reason: 'refunded', offline: true });
  });

  it('hears of an entry that it took back, also while an older list was on its way', async () => {
    const { n, id, token } = await gate.ticket();
    const { door, go, scan, network, passes } = await phone();
    expect(await scan(token)).to.include({ good: true, offline: false });
    passes(FULL_AFTER_MS);
    let undone = Promise.resolve();
    network.onTheWay = async () => {
      network.onTheWay = async () => {};
      undone = door.undo(n, 'mistake');
      await until(
        () => stored(n),
        (attendee) => attendee?.checked_in_at === null,
        'taken back',
      );
    };
    await go('up');
    await undone;
    expect(door.state.list?.tickets.get(id)).to.deep.equal({ name: 'Asha Rao', entry: null });
  });

  it('finds people by name, and lets them in, with and without network', async () => {
    const details = (name: string) => ({ details: { name, roll_number: 'Z1' } });
    const [meera, ravi] = [await gate.ticket(details('Meera Iyer'), 2), await gate.ticket(details('Ravi Menon'), 2)];
    const { door, go } = await phone('Desk', phoneMemory(), 2);
    const pick = async (query: string) => {
      const { people } = await door.search(query);
      expect(people, query).to.have.length(1);
      return people[0];
    };
    expect(await door.admit(await pick('meera z1'))).to.include({ good: true, offline: false, name: 'Meera Iyer' });
    expect(await door.admit(await pick('meera'))).to.include({ good: false, reason: 'already_checked_in' });
    const seen = await pick('ravi');
    await go('down');
    expect(await pick('men RA')).to.include({ ticket_id: ravi.id, checked_in: false });
    expect(await door.admit(seen)).to.include({ good: true, offline: true, name: 'Ravi Menon' });
    expect(await pick('ravi')).to.include({ checked_in: true });
    await go('up');
    expect((await stored(ravi.n))?.checked_in_gate).to.equal('Desk');
    expect((await stored(meera.n))?.checked_in_gate).to.equal('Desk');
    expect(door.count()).to.deep.equal({ here: 2, all: 2, total: 2 });
    await door.undo(meera.n, 'mistake');
    expect((await stored(meera.n))?.checked_in_at).to.equal(null);
  });

  it('scans for the event that was just chosen, also before its list is read', async () => {
    const [online, offline] = [await gate.ticket({}, 3), await gate.ticket({}, 3)];
    const { door, go, scan, memory } = await phone('North', phoneMemory(), 3);
    await door.choose(1, 'North');
    const { get } = memory;
    memory.get = async (name, key) => {
      if (name === 'lists') await setTimeout(50);
      return get(name, key);
    };
    let chosen = door.choose(3, 'South');
    expect(await scan(online.token)).to.include({ good: true, offline: false });
    await chosen;
    expect((await stored(online.n))?.checked_in_gate).to.equal('South');
    await door.choose(1, 'North');
    await go('down');
    chosen = door.choose(3, 'South');
    expect(await scan(offline.token)).to.include({ good: true, offline: true });
    await chosen;
  });

  it('scans at once where the list does not come', async () => {
    const { token } = await gate.ticket({}, 3);
    const { door, scan, network } = await phone('North');
    let comes = () => {};
    const coming = new Promise<void>((resolve) => {
      comes = resolve;
    });
    const asked = new Promise<void>((resolve) => {
      network.onTheWay = () => {
        resolve();
        return coming;
      };
    });
    const chosen = door.choose(3, 'North');
    await asked;
    expect(await scan(token)).to.include({ good: true, offline: false });
    comes();
    await chosen;
  });

  it('says which ticket is worth another try as it is held up: one about which nothing is known, or not yet', async () => {
    const { token } = await gate.ticket({}, 3);
    const early = await gate.ticket({}, 5);
    const { door, go, memory } = await phone('North', phoneMemory(), 5);
    const again = async (given: string) => {
      const { title, again } = await door.admit({ token: given });
      return [title, again];
    };
    const [tooEarly, other] = [
      ['Too early', true],
      ['Other event', false],
    ];
    expect([await again(early.token), await again(token)]).to.deep.equal([tooEarly, other]);
    await go('down');
    expect([await again(early.token), await again(token)]).to.deep.equal([tooEarly, other]);
    memory.get = () => Promise.reject(new DOMException('gone', 'UnknownError'));
    await door.choose(3, 'North');
    expect(await again(token), 'a list that cannot be read is fetched anew').to.deep.equal(['Cannot tell', true]);
    await go('up');
    expect(await again(token)).to.deep.equal(['Come in', false]);
  });

  it('forgets the names on it when they are long not needed any more', async () => {
    const { memory } = await phone();
    expect(await memory.all('lists')).to.have.length(1);
    const later = createDoor({
      api: createApi((() => Promise.reject(new TypeError('down'))) as typeof fetch),
      memory,
      verify: async () => false,
      now: () => Date.now() + 49 * 3_600_000,
    });
    await later.wake();
    expect(await memory.all('lists')).to.deep.equal([]);
  });
});
