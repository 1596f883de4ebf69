import { expect } from 'chai';
import type { ConflictDoc } from '../../../shared/store/documents.ts';
import { endedTicket, startGate, type TestGate } from '../testing/gate.ts';
import { onOurClock } from './upload.ts';

const MINUTE = 60_000;
const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE).toISOString();

describe('a door without network', () => {
  let gate: TestGate;
  before(async () => {
    gate = await startGate();
    await gate.open(1);
    await gate.open(2);
    await gate.open(3, { staff: [], club_id: 2 });
    await gate.open(4);
    await gate.open(6);
    await gate.open(5, { doors_open_at: new Date(Date.now() - 60 * MINUTE) });
  });
  after(() => gate.stop());

  const list = (event: number, query = '') => gate.ask('staff', 'GET', `/api/events/${event}/offline${query}`);
  let nonces = 0;
  const nonce = () => `nonce-${String(++nonces).padStart(6, '0')}`;
  const upload = (body: object) =>
    gate.ask('staff', 'POST', '/api/checkin/upload', { event_id: 1, gate: 'North', ...body });
  const conflictsOf = (n: number) => gate.store.conflicts.find({ attendee_id: n }).lean<ConflictDoc[]>();

  it('is given ids and names, who is in, what ended, keys and door times, and nothing else', async () => {
    const at = new Date('2026-11-21T12:00:00Z');
    const good = await gate.ticket({}, 2);
    const inside = await gate.ticket({ checked_in_at: at, checked_in_by: 'gate1', checked_in_gate: 'North' }, 2);
    const refunded = await gate.ticket({ live: false, ticket: endedTicket('refunded', 'refunded', 2) }, 2);
    const replaced = await gate.ticket({ past_tickets: [endedTicket('before', 'reassigned', 2)] }, 2);
    // Moved from this event to another.
    await gate.ticket({ past_tickets: [endedTicket('elsewhere', 'reassigned', 2)] }, 1);
    const { status, body, headers } = await list(2);
    expect(status).to.equal(200);
    expect(body.tickets).to.deep.equal([
      { id: good.id, name: 'Asha Rao' },
      { id: inside.id, name: 'Asha Rao', in: { at: at.getTime() / 1_000, gate: 'North', by: 'gate1' } },
      { id: replaced.id, name: 'Asha Rao' },
    ]);
    expect(body.ended).to.have.deep.members([
      { id: refunded.id, reason: 'refunded' },
      { id: 'before', reason: 'revoked' },
      { id: 'elsewhere', reason: 'revoked' },
    ]);
    expect(body.keys).to.have.length(1);
    expect(Buffer.from(body.keys[0].x, 'base64url')).to.have.length(32);
    expect(body.event).to.include({ id: 2, name: 'Event 2', status: 'open', doors_open_at: null });
    expect(body.full).to.equal(true);
    expect(JSON.stringify(body.tickets[0]).length, 'bytes a ticket, for lists of thousands').to.be.below(60);
    expect(JSON.stringify(body)).not.to.contain('98000').and.not.contain('@').and.not.contain('"R');

    const token = await gate.token('staff');
    const again = await fetch(`${gate.url}/api/events/2/offline`, {
      headers: { Authorization: `Bearer ${token}`, 'If-None-Match': headers.get('etag') as string },
    });
    expect([again.status, await again.text()]).to.deep.equal([304, '']);
    expect((await list(3)).status, 'not given to them').to.equal(404);
  });

  it('hears afterwards only what changed, whoever changed it', async () => {
    const [a, b, c] = [await gate.ticket({}, 4), await gate.ticket({}, 4), await gate.ticket({}, 4)];
    const { store } = gate;
    const hour = { $set: { changed_at: new Date(Date.now() - 60 * MINUTE) } };
    await store.attendees.collection.updateMany({ event_id: 4 }, hour);
    const { body: first } = await list(4);
    expect(first.tickets).to.have.length(3);
    const since = `?since=${first.cursor}`;
    expect((await list(4, since)).body).to.deep.include({ full: false, tickets: [], ended: [] });

    await gate.scan(a.token, { gate: 'South' });
    await store.attendees.updateOne(
      { _id: b.n },
      { $set: { live: false, 'ticket.revoked_at': new Date(), 'ticket.revoked_reason': 'refunded' } },
    );
    // Moved to another event, as ticketing does it.
    const { ticket } = (await store.attendees.findById(c.n).lean()) ?? {};
    await store.attendees.findOneAndUpdate(
      { _id: c.n },
      {
        $set: { event_id: 1, ticket: { ...ticket, id: 'moved', event_id: 1 } },
        $push: { past_tickets: endedTicket(c.id, 'reassigned', 4) },
      },
    );
    const d = await gate.ticket({}, 4);
    const { body } = await list(4, since);
    expect(body.tickets.map(({ id }: { id: string }) => id)).to.deep.equal([a.id, d.id]);
    expect(body.tickets[0].in).to.include({ gate: 'South', by: 'the-staff' });
    expect(body.ended).to.have.deep.members([
      { id: b.id, reason: 'refunded' },
      { id: c.id, reason: 'revoked' },
    ]);

    // An upload's check-in is older than the cursor, and is told all the same.
    await store.attendees.collection.updateMany({ 'ticket.id': d.id }, hour);
    await upload({ event_id: 4, scans: [{ qr_token: d.token, at: ago(50), nonce: nonce() }] });
    const told = (await list(4, since)).body.tickets.find(({ id }: { id: string }) => id === d.id);
    expect(told.in, 'in').to.be.an('object');
  });

  it('tells its scans later: they count with their own times, and told twice they are told once', async () => {
    const [a, b] = [await gate.ticket(), await gate.ticket()];
    const scans = [
      { qr_token: a.token, at: ago(20), nonce: nonce() },
      { ticket_id: b.id, at: ago(10), nonce: nonce() },
    ];
    const first = await upload({ scans });
    expect(first.status).to.equal(200);
    expect(first.body.map(({ result }: { result: string }) => result)).to.deep.equal(['ok', 'ok']);
    expect((await upload({ scans })).body).to.deep.equal(first.body);
    const stored = await gate.store.attendees
      .find({ _id: { $in: [a.n, b.n] } })
      .sort({ _id: 1 })
      .lean();
    expect(stored.map((one) => one.checked_in_at?.toISOString())).to.deep.equal(scans.map(({ at }) => at));
    expect(stored[0]).to.include({ checked_in_gate: 'North', checked_in_by: 'the-staff' });
    expect(await gate.store.activities.countDocuments({ attendee_id: { $in: [a.n, b.n] } })).to.equal(2);
    expect([...(await conflictsOf(a.n)), ...(await conflictsOf(b.n))]).to.deep.equal([]);

    // Taken back by a person, it does not come in again by being told again.
    await gate.ask('staff', 'POST', `/api/attendees/${a.n}/checkin-undo`, { reason: 'mistake' });
    expect((await upload({ scans })).body[0].result).to.equal('ok');
    expect((await gate.store.attendees.findById(a.n).lean())?.checked_in_at).to.equal(null);
  });

  it('tells who stood there, whoever tells of it: told again by somebody else, it is the same scan', async () => {
    const [good, gone] = [
      await gate.ticket(),
      await gate.ticket({ live: false, ticket: endedTicket('withdrawn-4', 'by_hand') }),
    ];
    const scans = [good, gone].map(({ token }) => ({
      ...{ qr_token: token, at: ago(4), nonce: nonce(), recorded_by: 'gate7' },
    }));
    const tell = (who: 'staff' | 'organizer' | 'admin') =>
      gate.ask(who, 'POST', '/api/checkin/upload', { event_id: 1, scans }).then(({ body }) => body);
    const first = await tell('staff');
    expect(first.map(({ result }: { result: string }) => result)).to.deep.equal(['ok', 'conflict']);
    for (const who of ['organizer', 'admin'] as const) expect(await tell(who), who).to.deep.equal(first);
    expect((await gate.store.attendees.findById(good.n).lean())?.checked_in_by).to.equal('the-staff');
    const { body } = await gate.ask('staff', 'GET', '/api/events/1/conflicts');
    const mine = body.filter((one: { attendee_id: number }) => one.attendee_id === gone.n);
    expect(mine).to.have.length(1);
    expect(mine[0]).to.include({ by: 'the-staff', recorded_by: 'gate7' });
    const trail = await gate.store.activities.find({ attendee_id: { $in: [good.n, gone.n] } }).lean();
    expect(trail.map(({ actor, facts }) => [actor, facts?.recorded_by])).to.deep.equal([
      ['the-staff', 'gate7'],
      ['the-staff', 'gate7'],
    ]);
    // Who names nobody is known by name and nonce, as at a scan.
    const other = [{ qr_token: good.token, at: ago(4), nonce: scans[0]?.nonce }];
    const unnamed = await gate.ask('organizer', 'POST', '/api/checkin/upload', { event_id: 1, scans: other });
    expect(unnamed.body[0]).to.include({ result: 'conflict', reason: 'already_checked_in' });
  });

  it('that let a ticket in which another door had let in is told so; the conflict is kept once, and listed', async () => {
    const { n, token } = await gate.ticket();
    const south = { gate: 'South', scans: [{ qr_token: token, at: ago(9), nonce: nonce() }] };
    const north = { gate: 'North', device: 'phone 3', scans: [{ qr_token: token, at: ago(8), nonce: nonce() }] };
    expect((await upload(south)).body[0].result).to.equal('ok');
    const [told] = (await upload(north)).body;
    expect(told).to.include({ result: 'conflict', reason: 'already_checked_in' });
    expect(told.first).to.deep.equal({ at: south.scans[0]?.at, gate: 'South', by: 'the-staff' });
    expect(told.message).to.contain('at South, by the-staff');
    expect((await upload(north)).body[0], 'told again').to.deep.equal(told);

    const listed = (who: 'organizer' | 'staff', event: number) =>
      gate.ask(who, 'GET', `/api/events/${event}/conflicts`);
    expect((await listed('organizer', 3)).status, 'of another club').to.equal(404);
    const { body } = await listed('staff', 1);
    const mine = body.filter((one: { attendee_id: number }) => one.attendee_id === n);
    expect(mine).to.have.length(1);
    expect(mine[0]).to.deep.include({
      name: 'Asha Rao',
      gate: 'North',
      device: 'phone 3',
      scanned_at: north.scans[0]?.at,
    });
    expect(mine[0].first).to.deep.equal(told.first);
    // A check-in taken back afterwards does not turn what was told into something else.
    await gate.ask('staff', 'POST', `/api/attendees/${n}/checkin-undo`, { reason: 'mistake' });
    const [later] = (await upload(north)).body;
    expect([later.reason, later.first]).to.deep.equal([told.reason, told.first]);
    expect((await gate.store.attendees.findById(n).lean())?.checked_in_at).to.equal(null);
  });

  it('that let in what was refunded meanwhile is told so, and the ticket stays refused (P4)', async () => {
    const { n, token } = await gate.ticket({ live: false, ticket: endedTicket('refunded-3', 'refunded') });
    const scans = [{ qr_token: token, at: ago(5), nonce: nonce() }];
    expect((await upload({ scans })).body[0]).to.include({ result: 'conflict', reason: 'refunded', first: null });
    expect((await gate.store.attendees.findById(n).lean())?.checked_in_at).to.equal(null);
    expect(await conflictsOf(n)).to.have.length(1);
    const counted = await gate.parts.registry.getSingleMetricAsString('qrflow_checkin_conflicts_total');
    expect(counted).to.match(/reason="refunded"[^}]*\} 1/);
  });

  it('is answered for each of many scans in their order, the earliest of two of a ticket first', async () => {
    const { token } = await gate.ticket();
    const other = await gate.ticket({}, 6);
    const scans = [
      { qr_token: token, at: ago(1), nonce: nonce() },
      { qr_token: token, at: ago(3), nonce: nonce() },
      { qr_token: other.token, at: ago(3), nonce: nonce() },
      { qr_token: 'hello', at: ago(3), nonce: nonce() },
      { ticket_id: 'nobody', at: ago(3), nonce: nonce() },
    ];
    const { body } = await upload({ scans });
    expect(body.map(({ reason }: { reason: string }) => reason)).to.deep.equal([
      ...['already_checked_in', 'ok', 'wrong_event', 'bad_signature', 'unknown'],
    ]);
    expect(body.map((one: { nonce: string }) => one.nonce)).to.deep.equal(scans.map((one) => one.nonce));
    expect(body[2].attendee, 'nothing of another event').to.equal(null);
    expect(body[2].message).not.to.contain('Event');
    const early = await gate.ticket({}, 5);
    const told = await upload({ event_id: 5, scans: [{ qr_token: early.token, at: ago(90), nonce: nonce() }] });
    expect(told.body[0].reason, 'by the time of the scan').to.equal('not_open_yet');
    expect((await upload({ event_id: 3, scans })).status, 'not given to them').to.equal(404);
    expect((await upload({ scans: [] })).status).to.equal(400);
    const blank = await upload({ scans: [{ qr_token: '\u2003 \u200b', at: ago(1), nonce: nonce() }] });
    expect(blank.body.errors, 'as the description says').to.deep.equal([
      { field: 'scans.0.qr_token', message: 'must not be empty' },
    ]);
  });

  it('learns nothing of whom another event’s ticket belongs to, nor whether they are in', async () => {
    const entered = { checked_in_at: new Date(), checked_in_by: 'gate-of-3', checked_in_gate: 'Far gate' };
    const foreign = await gate.ticket({ ...entered, details: { name: 'Kavya Nair', roll_number: 'K7' } }, 3);
    const own = await gate.ticket({}, 1);
    const scans = [
      { qr_token: foreign.token, at: ago(2), nonce: nonce() },
      { ticket_id: foreign.id, at: ago(2), nonce: nonce() },
      { qr_token: own.token, at: ago(2), nonce: nonce() },
    ];
    const { body } = await upload({ scans });
    expect(body.map(({ reason }: { reason: string }) => reason)).to.deep.equal(['wrong_event', 'unknown', 'ok']);
    const listed = await gate.ask('staff', 'GET', '/api/events/1/conflicts?limit=1000');
    for (const said of [JSON.stringify(body), JSON.stringify(listed.body)])
      expect(said).not.to.match(/Kavya|K7|gate-of-3|Far gate|Event 3/);
    expect(listed.body.filter(({ id }: { id: string }) => scans.some((one) => id.endsWith(one.nonce)))).to.have.length(
      2,
    );
  });

  it('may have a clock that is wrong', () => {
    const now = new Date('2026-11-21T12:00:00Z');
    const since = new Date('2026-11-01T12:00:00Z');
    const at = (iso: string, sent?: string) =>
      onOurClock(new Date(iso), sent ? new Date(sent) : undefined, since, now).toISOString();
    expect(at('2026-11-21T10:50:00Z', '2026-11-21T11:00:00Z'), 'an hour slow').to.equal('2026-11-21T11:50:00.000Z');
    expect(at('2026-11-21T12:50:00Z', '2026-11-21T13:00:00Z'), 'an hour fast').to.equal('2026-11-21T11:50:00.000Z');
    expect(at('2026-11-21T13:00:00Z'), 'never later than now').to.equal('2026-11-21T12:00:00.000Z');
    const mad = at('1970-01-01T00:07:36Z', '2999-12-31T00:00:00Z');
    expect(mad, 'never before there was the event').to.equal('2026-11-01T12:00:00.000Z');
  });

  it('may have a clock that is mad: whom it let in is known all the same', async () => {
    const { token, n } = await gate.ticket();
    const one = nonce();
    const scans = [{ qr_token: token, at: 456, nonce: one }];
    const { status, body } = await upload({ sent_at: 99_999_999_998, scans });
    expect([status, body[0]?.result], JSON.stringify(body)).to.deep.equal([200, 'ok']);
    const found = await gate.store.attendees.findById(n).lean();
    expect(found?.checked_in_at?.getTime()).to.be.within(Date.parse('2000-01-01'), Date.now());
    expect((await upload({ sent_at: 99_999_999_998, scans })).body[0], 'and again').to.include({ result: 'ok' });
  });
});
