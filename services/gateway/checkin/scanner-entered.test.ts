/** Whom a phone knows to be in before its list says so: without network they come in no second time, whatever happens to the page. */
import { expect } from 'chai';
import type { Memory } from '../console/public/scan/door.js';
import { FORGET_AFTER_MS, FULL_AFTER_MS } from '../console/public/scan/list.js';
import { startGate, type TestGate } from '../testing/gate.ts';
import { phoneAt, phoneMemory } from '../testing/phone.ts';

describe('whom a phone let in, and no list that it keeps says yet', () => {
  let gate: TestGate;
  before(async () => {
    gate = await startGate();
    for (const id of [1, 2, 3]) await gate.open(id);
  });
  after(() => gate.stop());
  const phone = phoneAt(() => gate);
  /** Closed, and opened again without network. */
  const reopened = (memory: Memory, eventId = 1) => phone('North', memory, eventId, { is: 'down' });
  const stored = (n: number) => gate.store.attendees.findById(n).lean();

  const ONLINE = { good: true, reason: 'ok', offline: false };
  const OFFLINE = { good: true, reason: 'ok', offline: true };
  const ALREADY_IN = { good: false, reason: 'already_checked_in', offline: true };
  /** A phone that is full for these. */
  const full = (memory: Memory, ...names: string[]) => {
    const { put } = memory;
    memory.put = (name, value, key) =>
      names.includes(name) ? Promise.reject(new DOMException('full', 'QuotaExceededError')) : put(name, value, key);
    return () => {
      memory.put = put;
    };
  };

  it('stays in when the page is opened again without network, until a list says it', async () => {
    const { token } = await gate.ticket();
    const first = await phone();
    expect(await first.scan(token)).to.include(ONLINE);
    const { scan, go, memory } = await reopened(first.memory);
    const refused = await scan(token);
    expect(refused).to.include({ ...ALREADY_IN, name: 'Asha Rao' });
    expect(refused.text).to.contain('at North, by the-staff');
    await go('up');
    expect(await memory.all('entered'), 'the list says it').to.deep.equal([]);
    expect(await (await reopened(memory)).scan(token)).to.include(ALREADY_IN);
  });

  it('stays in when the gateway was told, and the list did not get through', async () => {
    const { n, token } = await gate.ticket();
    const first = await phone();
    await first.go('down');
    expect(await first.scan(token)).to.include(OFFLINE);
    first.passes(FULL_AFTER_MS);
    await first.go('no whole list');
    expect([first.door.state.waiting, await first.memory.all('scans')]).to.deep.equal([[], []]);
    expect((await stored(n))?.checked_in_at).to.be.an.instanceOf(Date);
    expect(await (await reopened(first.memory)).scan(token)).to.include(ALREADY_IN);
  });

  it('stays in when another event was looked at meanwhile', async () => {
    const { token } = await gate.ticket();
    const { door, scan, network } = await phone();
    await door.choose(2, 'North');
    await door.choose(1, 'North');
    expect(await scan(token)).to.include(ONLINE);
    network.is = 'down';
    await door.choose(2, 'North');
    expect(await scan(token)).to.include({ reason: 'wrong_event' });
    await door.choose(1, 'North');
    expect(await scan(token)).to.include(ALREADY_IN);
  });

  it('stays in when there was no list yet, and when the first one had been made before', async () => {
    const [a, b] = [await gate.ticket({}, 3), await gate.ticket({}, 3)];
    const { scan, memory, network, go } = await phone('North', phoneMemory(), 3, { is: 'no whole list' });
    expect(await scan(a.token)).to.include(ONLINE);
    expect(await scan('no ticket')).to.include({ reason: 'bad_signature' });
    const entered = await memory.all('entered');
    expect(entered).to.have.length(1);
    expect(entered[0]).to.include({ ticket: a.id, event_id: 3, name: 'Asha Rao', gate: 'North', by: 'the-staff' });
    network.onTheWay = async () => {
      expect(await scan(b.token)).to.include(ONLINE);
    };
    await go('up');
    const { scan: again } = await reopened(memory, 3);
    for (const { token } of [a, b]) expect(await again(token)).to.include(ALREADY_IN);
  });

  it('may come in again once it was taken back, also while its entry is kept', async () => {
    const { n, token } = await gate.ticket();
    const { door, scan, memory, network } = await phone();
    expect(await scan(token)).to.include(ONLINE);
    expect(await memory.all('entered')).to.have.length(1);
    await door.undo(n, 'mistake');
    expect(await memory.all('entered')).to.deep.equal([]);
    expect(await (await reopened(memory)).scan(token)).to.include(OFFLINE);

    // In, out and in once more before a list says any of it.
    const other = await gate.ticket();
    expect(await scan(other.token)).to.include(ONLINE);
    network.is = 'no whole list';
    await gate.ask('staff', 'POST', `/api/attendees/${other.n}/checkin-undo`, { reason: 'mistake' });
    expect(await scan(other.token)).to.include(ONLINE);
    expect(await memory.all('entered')).to.have.length(1);
    expect(await (await reopened(memory)).scan(other.token)).to.include(ALREADY_IN);
  });

  it('is shown as the gateway says it where the phone cannot keep it, with what may come of it', async () => {
    const { token } = await gate.ticket();
    const { door, scan, go, memory, passes, network } = await phone();
    const mended = full(memory, 'entered');
    expect(await scan(token)).to.include(ONLINE);
    expect(door.state.trouble).to.contain('may let').and.to.contain('again');
    passes(FULL_AFTER_MS);
    await go('no whole list');
    expect(door.state.trouble, 'it is still so').to.contain('may let');
    network.is = 'down';
    await door.choose(2, 'North');
    await door.choose(1, 'North');
    expect(await scan(token), 'as long as the page is open').to.include(ALREADY_IN);
    await go('up');
    expect(door.state.trouble, 'the list says it').to.equal('');
    mended();
    expect(await (await reopened(memory)).scan(token)).to.include(ALREADY_IN);
  });

  it('is kept later where the phone could not keep it at once', async () => {
    const { token } = await gate.ticket();
    const { door, scan, go, memory, passes } = await phone();
    const mended = full(memory, 'entered');
    expect(await scan(token)).to.include(ONLINE);
    mended();
    passes(FULL_AFTER_MS);
    await go('no whole list');
    expect(door.state.trouble).to.equal('');
    expect(await (await reopened(memory)).scan(token)).to.include(ALREADY_IN);
  });

  it('stays to be told where the answer cannot be kept; that holds up neither the others nor the list', async () => {
    const [a, b, c] = [await gate.ticket(), await gate.ticket({}, 2), await gate.ticket()];
    const { door, scan, go, memory, network } = await phone('North', phoneMemory(), 2);
    await door.choose(1, 'North');
    await go('down');
    expect(await scan(a.token)).to.include(OFFLINE);
    await door.choose(2, 'North');
    expect(await scan(b.token)).to.include(OFFLINE);
    await door.choose(1, 'North');
    await gate.scan(c.token);
    const mended = full(memory, 'entered');
    network.is = 'up';
    await door.sync();
    expect((await memory.all('scans')).map(({ ticket }) => ticket)).to.have.members([a.id, b.id]);
    expect(door.state.waiting).to.have.length(2);
    expect(door.state.trouble).to.contain('cannot keep');
    for (const { n } of [a, b]) expect((await stored(n))?.checked_in_at, 'told').to.be.an.instanceOf(Date);
    expect(door.state.list?.tickets.get(c.id)?.entry, 'heard').to.include({ by: 'the-staff' });
    mended();
    await door.sync();
    expect(door.state).to.deep.include({ waiting: [], conflicts: [], trouble: '' });
    expect(await memory.all('scans')).to.deep.equal([]);
  });

  it('is forgotten when it is long not needed any more', async () => {
    const { token } = await gate.ticket();
    const first = await phone();
    await first.scan(token);
    expect(await first.memory.all('entered')).to.have.length(1);
    await phone('North', first.memory, 1, { is: 'down', ahead: FORGET_AFTER_MS + 60_000 });
    expect(await first.memory.all('entered')).to.deep.equal([]);
  });
});
