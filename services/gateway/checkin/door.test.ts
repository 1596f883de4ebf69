import { expect } from 'chai';
import { endedTicket, startGate, type TestGate, type TestTicket } from '../testing/gate.ts';

describe('the door', () => {
  let gate: TestGate;
  before(async () => {
    gate = await startGate();
    await gate.open(1);
    await gate.open(2, { doors_open_at: new Date(Date.now() + 3_600_000) });
    await gate.open(3, { staff: [] });
    await gate.open(4);
    await gate.open(5);
  });
  after(() => gate.stop());

  const look = (what: 'validate' | 'status', qr_token: string, more: object = {}) =>
    gate.ask('staff', 'POST', `/api/checkin/${what}`, { qr_token, ...more }).then(({ body }) => body);
  const byHand = (n: number, body?: object) => gate.ask('staff', 'POST', `/api/attendees/${n}/checkin-manual`, body);
  const undo = (n: number, body: object = { reason: 'wrong_person' }) =>
    gate.ask('staff', 'POST', `/api/attendees/${n}/checkin-undo`, body);
  const isIn = async ({ n }: TestTicket) => (await gate.store.attendees.findById(n).lean())?.checked_in_at != null;

  it('looks at a ticket without letting it in', async () => {
    const ticket = await gate.ticket();
    expect(await look('validate', ticket.token)).to.include({ success: true, reason: 'ok' });
    expect(await look('status', ticket.token)).to.include({ success: true, reason: 'ok', checked_in_at: null });
    expect(await isIn(ticket)).to.equal(false);

    await gate.scan(ticket.token, { gate: 'North' });
    const used = { reason: 'already_checked_in', checked_in_by: 'the-staff', gate: 'North' };
    expect(await look('validate', ticket.token)).to.include({ success: false, ...used });
    const status = await look('status', ticket.token);
    expect(status).to.include({ success: true, ...used });
    expect(status.attendee).to.include({ checked_in: true, checkin_time: status.checked_in_at });
  });

  it('tells where a ticket stands also while doors are closed; a scan would not let it in', async () => {
    const { token } = await gate.ticket({}, 2);
    expect(await look('validate', token)).to.include({ success: false, reason: 'not_open_yet' });
    expect(await look('status', token)).to.include({ success: true, reason: 'ok' });
    const gone = await gate.ticket({ live: false, ticket: endedTicket('gone', 'refunded') });
    for (const what of ['validate', 'status'] as const)
      expect(await look(what, gone.token)).to.include({ success: false, reason: 'refunded' });
    expect(await look('status', 'hello')).to.include({ success: false, reason: 'bad_signature' });
  });

  it('lets somebody in by hand once, by the rules of a scan', async () => {
    const ticket = await gate.ticket();
    const first = await byHand(ticket.n, { gate: 'Desk', nonce: 'by-hand-1' });
    expect(first.status).to.equal(200);
    expect(first.body).to.include({ success: true, reason: 'ok', gate: 'Desk' });
    expect((await byHand(ticket.n, { nonce: 'by-hand-1' })).body, 'sent again').to.deep.equal(first.body);
    const again = await byHand(ticket.n);
    expect(again.status).to.equal(400);
    expect(again.body).to.include({ reason: 'already_checked_in', gate: 'Desk', checked_in_by: 'the-staff' });
    expect((await gate.scan(ticket.token)).body.reason).to.equal('already_checked_in');

    const refunded = await gate.ticket({ live: false, ticket: endedTicket('refunded-2', 'refunded') });
    expect(await byHand(refunded.n)).to.have.nested.property('body.reason', 'refunded');
    expect(await byHand((await gate.ticket({}, 2)).n)).to.have.nested.property('body.reason', 'not_open_yet');
    expect((await byHand((await gate.ticket({}, 3)).n)).status, 'not given to them').to.equal(404);
    expect((await byHand(9_999)).status).to.equal(404);
  });

  it('takes a check-in back with a reason; the ticket is good again, and a late repeat of the old scan opens nothing', async () => {
    const ticket = await gate.ticket();
    await gate.scan(ticket.token, { nonce: 'first-scan', gate: 'North' });
    expect((await undo(ticket.n, {})).status, 'without a reason').to.equal(400);
    const { status, body } = await undo(ticket.n, { reason: 'wrong_person', note: 'It was Ravi' });
    expect(status).to.equal(200);
    expect(body).to.include({ id: ticket.n, checked_in: false, checkin_time: null });

    expect((await gate.scan(ticket.token, { nonce: 'first-scan' })).body.reason, 'the same scan').to.equal('ok');
    expect(await isIn(ticket)).to.equal(false);
    expect((await undo(ticket.n)).status, 'nothing to take back').to.equal(409);
    expect((await gate.scan(ticket.token, { nonce: 'second-scan' })).body.success).to.equal(true);
    expect(await isIn(ticket)).to.equal(true);

    const [past] = (await gate.store.attendees.findById(ticket.n).lean())?.past_checkins ?? [];
    expect(past).to.include({ by: 'the-staff', gate: 'North', reason: 'wrong_person', note: 'It was Ravi' });
    const trail = await gate.store.activities.find({ attendee_id: ticket.n, action: 'checkin.undone' }).lean();
    expect(trail).to.have.length(1);
    expect(trail[0]).to.deep.include({ actor: 'the-staff', event_id: 1 });
    expect(JSON.stringify(trail[0]), 'words of people stay out of the trail').not.to.contain('Ravi');
    expect((await undo((await gate.ticket({}, 3)).n)).status, 'not given to them').to.equal(404);
  });

  it('counts each gate by itself', async () => {
    const through = async (gates: (string | undefined)[]) => {
      for (const name of gates) await gate.scan((await gate.ticket({}, 4)).token, name ? { gate: name } : {});
    };
    await through(['North', 'North', 'South', undefined]);
    const { body } = await gate.ask('staff', 'GET', '/api/events/4/gates');
    expect(body.map((one: { gate: string; checked_in: number }) => [one.gate, one.checked_in])).to.deep.equal([
      [null, 1],
      ['North', 2],
      ['South', 1],
    ]);
    expect((await gate.ask('staff', 'GET', '/api/events/3/gates')).status).to.equal(404);
    expect((await gate.ask('staff', 'GET', '/api/events/99/gates')).status).to.equal(404);
  });

  it('finds people by parts of their name or roll number, with nothing that is nobody’s business', async () => {
    const person = (name: string, roll_number: string) => ({
      details: { name, roll_number, phone: '9811111111', email: 'x@example.edu' },
      student_key: `${roll_number.replace(/\W/g, '')}|`,
    });
    const asha = await gate.ticket(person('Asha Rao', '21CS-042'), 5);
    const ravi = await gate.ticket(person('Ravi (RJ) Rao', '21EC-007'), 5);
    await gate.ticket(person('Meera Iyer', '20ME-100'), 5);
    const gone = await gate.ticket(
      { ...person('Asha Old', '19CS-001'), live: false, ticket: endedTicket('x5', 'refunded', 5) },
      5,
    );
    const find = async (q: string) =>
      (await gate.ask('staff', 'GET', `/api/events/5/door?q=${encodeURIComponent(q)}`)).body;
    const ids = async (q: string) => (await find(q)).map(({ id }: { id: number }) => id);
    expect(await ids('rao')).to.deep.equal([asha.n, ravi.n]);
    expect(await ids('rao ASH')).to.deep.equal([asha.n]);
    expect(await ids('21cs042'), 'dashes do not count').to.deep.equal([asha.n]);
    expect(await ids('(rj)'), 'nothing is a pattern').to.deep.equal([ravi.n]);
    expect(await ids('.*')).to.deep.equal([]);
    expect(await ids('asha'), 'who can come in first').to.deep.equal([asha.n, gone.n]);
    const [first, second] = await find('asha');
    expect([first.reason, second.reason]).to.deep.equal(['ok', 'refunded']);
    expect(JSON.stringify(first)).not.to.contain('9811111111').and.not.contain('@');
    expect((await gate.ask('staff', 'GET', '/api/events/3/door?q=asha')).status).to.equal(404);
    expect((await gate.ask('staff', 'GET', '/api/events/5/door?q=%20')).status).to.equal(400);
  });
});
