/** Pages that stood open while others changed what they show: a form sends what somebody changed in it, and only that. */
import { expect } from 'chai';
import { attendee, club, event, PEOPLE, payId, payment, user } from '../../testing/documents.ts';
import { saidNext, startTestGateway, type TestGateway } from '../../testing/start.ts';

const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#x27': "'", '#x60': '`', '#x3D': '=' };
const text = (html = '') => html.replaceAll(/&([#\w]+);/g, (all, name) => NAMED[name] ?? all);
const attribute = (tag: string, name: string) => text(new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]);

type Fields = [name: string, value: string][];

/** The fields of the form that goes to `action`, as a browser would send them back. */
function fieldsOf(html: string, action: string): Fields {
  const inside = new RegExp(`method="post" action="${action}["#][^]*?</form>`).exec(html)?.[0] ?? '';
  return inside.split(/(?=<(?:input|textarea|select)\b)/).flatMap((piece): Fields => {
    const [, kind, tag = ''] = /^<(input|textarea|select)\b([^>]*)>/.exec(piece) ?? [];
    const name = attribute(tag, 'name');
    if (!kind || name === '' || tag.includes('type="file"')) return [];
    if (kind === 'input')
      return tag.includes('type="checkbox"') && !/ checked/.test(tag) ? [] : [[name, attribute(tag, 'value')]];
    const rest = piece.slice(piece.indexOf('>') + 1);
    if (kind === 'textarea') return [[name, text(rest.split('</textarea>')[0]).replaceAll('\n', '\r\n')]];
    const chosen = /<option value="([^"]*)" selected/.exec(rest) ?? /<option value="([^"]*)"/.exec(rest);
    return [[name, text(chosen?.[1])]];
  });
}

const typed = (fields: Fields, changes: Record<string, string>): Fields => [
  ...fields.filter(([name]) => !(name in changes)),
  ...Object.entries(changes),
];

describe('a page that stood open while others changed what it shows', () => {
  let gateway: TestGateway;
  let headers: Record<string, string>;
  before(async () => {
    gateway = await startTestGateway();
    headers = { Accept: 'text/html', Cookie: `qrflow_session=${await gateway.token('admin')}` };
    await gateway.token('organizer');
    await gateway.token('staff');
    await gateway.store.users.insertMany(
      [911, 912].map((_id) => user('staff', { _id, username: `u${_id}`, username_key: `u${_id}` })),
    );
  });
  after(() => gateway.stop());
  beforeEach(async () => {
    const { events, payments, attendees } = gateway.store;
    await Promise.all([events.deleteMany({}), payments.deleteMany({}), attendees.deleteMany({})]);
  });

  const page = async (path: string) => (await fetch(gateway.url + path, { headers })).text();
  const open = async (path: string, action = path) => fieldsOf(await page(path), action);
  async function send(path: string, fields: Fields) {
    const body = new URLSearchParams(fields);
    const answer = await fetch(gateway.url + path, { method: 'POST', headers, body, redirect: 'manual' });
    return { status: answer.status, said: saidNext(answer), html: await answer.text() };
  }
  const by = async (path: string, body: unknown) =>
    expect((await gateway.ask('admin', 'PUT', path, body)).status, path).to.equal(200);

  it('leaves an event cancelled, and at its new price, whose venue is mended', async () => {
    await gateway.store.events.create(
      event(1, { venue: 'Hall', prices: [{ amount: 29_900, from: new Date('2026-11-20T10:00:00Z') }] }),
    );
    const fields = await open('/events/1/edit');
    expect(Object.fromEntries(fields)).to.include({ price: '299', status: 'open' });
    await by('/api/events/1', { status: 'closed' });
    await by('/api/events/1', { status: 'cancelled', price: 39_900, description: 'Two\nlines' });
    const before = await gateway.store.events.findById(1).lean();
    expect((await send('/events/1/edit', typed(fields, { venue: 'Big Hall' }))).said).to.match(/^good:Saved/);
    const after = await gateway.store.events.findById(1).lean();
    expect(after).to.deep.equal({ ...before, venue: 'Big Hall', updated_at: after?.updated_at });
  });

  it('knows what it was opened with also where it was refused in between', async () => {
    await gateway.store.events.create(event(1));
    const fields = await open('/events/1/edit');
    await by('/api/events/1', { venue: 'Another hall' });
    const refused = await send('/events/1/edit', typed(fields, { capacity: 'many', slug: 'fest' }));
    expect(refused.status).to.equal(422);
    const again = typed(fieldsOf(refused.html, '/events/1/edit'), { capacity: '80' });
    expect((await send('/events/1/edit', again)).status).to.equal(303);
    expect(await gateway.store.events.findById(1).lean()).to.include({
      venue: 'Another hall',
      capacity: 80,
      slug: 'fest',
    });
  });

  it('leaves the words of a mail that a colleague wrote', async () => {
    await gateway.store.events.create(event(1));
    const at = '/events/1/mail';
    const fields = await open(at);
    expect((await send(at, fields)).said).to.equal('info:Nothing was changed.');
    await by('/api/events/1/mail-template', { above: 'Come to gate 2,\n{{name}}!', colour: '#222222' });
    const refused = await send(at, typed(fields, { greeting: 'Namaste {{name' }));
    expect(refused.status).to.equal(422);
    const again = typed(fieldsOf(refused.html, at), { greeting: 'Namaste {{name}},' });
    expect((await send(at, again)).said).to.match(/^good:Saved/);
    expect(await gateway.store.mailTemplates.findById(1).lean()).to.include({
      above: 'Come to gate 2,\n{{name}}!',
      greeting: 'Namaste {{name}},',
      colour: '#222222',
    });
  });

  it('keeps at a door whom a colleague gave it, and away whom they took', async () => {
    await gateway.store.events.create(event(1, { staff: [PEOPLE.staff, 911] }));
    const fields = await open('/events/1', '/events/1/staff');
    expect(fields.flatMap(([name, value]) => (name === 'user' ? [value] : []))).to.deep.equal([
      String(PEOPLE.staff),
      '911',
    ]);
    expect((await send('/events/1/staff', fields)).said).to.equal('info:Nothing was changed.');
    await by('/api/events/1/staff', [911, 912]);
    const cleared = fields.filter(([, value]) => value !== '911');
    expect((await send('/events/1/staff', cleared)).said).to.match(/^good:Saved/);
    expect((await gateway.store.events.findById(1).lean())?.staff).to.deep.equal([912]);
    await send('/events/1/staff', [...cleared, ['user', '911']]);
    await send('/events/1/staff', [...fields, ['user', '912']]);
    expect((await gateway.store.events.findById(1).lean())?.staff, 'nothing, and who is there').to.deep.equal([912]);
  });

  it('gives nobody a role back that was taken, nor a club', async () => {
    await gateway.store.clubs.create(club(5, { email: 'old@example.edu', description: 'Two\nlines' }));
    await gateway.store.users.create(
      user('organizer', { _id: 921, username: 'u921', username_key: 'u921', full_name: 'Ash', club_id: 5 }),
    );
    const fields = await open('/users/921');
    expect(Object.fromEntries(fields)).to.include({ role: 'organizer', club_id: '5' });
    expect((await send('/users/921', fields)).said).to.equal('info:Nothing was changed.');
    await by('/api/admin/users/921', { role: 'staff', club_id: null });
    expect((await send('/users/921', typed(fields, { full_name: 'Asha' }))).said).to.equal('good:u921 is changed.');
    expect(await gateway.store.users.findById(921).lean()).to.include({
      full_name: 'Asha',
      role: 'staff',
      club_id: null,
    });
    const ofClub = await open('/clubs/5');
    await by('/api/admin/clubs/5', { email: 'new@example.edu' });
    expect((await send('/clubs/5', ofClub)).said).to.equal('info:Nothing was changed.');
    await send('/clubs/5', typed(ofClub, { phone: '+91 98000 00004' }));
    expect(await gateway.store.clubs.findById(5).lean()).to.include({
      email: 'new@example.edu',
      phone: '+91 98000 00004',
      description: 'Two\nlines',
    });
  });

  it('brings no address back that was corrected, on a payment and on its attendee', async () => {
    const wrong = { name: 'Ravi', roll_number: 'R1', email: 'wrong@example.edu' };
    const right = { ...wrong, email: 'right@example.edu' };
    const overridden = async () => (await gateway.store.payments.findById(payId(1)).lean())?.overrides?.details;
    await gateway.store.events.create(event(1));
    await gateway.store.payments.create(payment(1, { details: wrong }));
    await gateway.store.attendees.create(attendee(1, { details: wrong, email: wrong.email }));
    const at = `/payments/${payId(1)}/details`;
    const ofPayment = await open(`/payments/${payId(1)}`, at);
    const ofAttendee = await open('/attendees/1');
    await by(`/api/payments/${payId(1)}`, { details: { email: right.email } });
    // As ticketing settles it.
    await gateway.store.payments.updateOne({ _id: payId(1) }, { $set: { details: right } });
    await gateway.store.attendees.updateOne({ _id: 1 }, { $set: { details: right, email: right.email } });
    for (const [path, fields] of [
      [at, ofPayment],
      ['/attendees/1', ofAttendee],
    ] as const)
      expect((await send(path, fields)).said, path).to.equal('info:Nothing was changed.');
    await send(at, typed(ofPayment, { section: 'B' }));
    await send('/attendees/1', typed(ofAttendee, { phone: '9800000009' }));
    expect(await overridden()).to.deep.equal({ email: right.email, section: 'B', phone: '9800000009' });

    // Asked about one field, with all others as they were.
    const asked = await send('/attendees/1', typed(ofAttendee, { email: 'ravi@gmial.com' }));
    expect(asked.html).to.contain('Did you mean');
    await by(`/api/payments/${payId(1)}`, { details: { name: 'Ravi Iyer' } });
    await gateway.store.attendees.updateOne({ _id: 1 }, { $set: { 'details.name': 'Ravi Iyer' } });
    await send('/attendees/1', typed(fieldsOf(asked.html, '/attendees/1'), { sure: 'yes' }));
    expect(await overridden()).to.include({ name: 'Ravi Iyer', email: 'ravi@gmial.com' });
  });

  it('moves no payment that a colleague brought to its event meanwhile', async () => {
    const unassigned = { kind: 'held' as const, reason: 'unassigned_event' as const, since: new Date() };
    await gateway.store.events.insertMany([1, 2, 3].map((n) => event(n)));
    await gateway.store.payments.insertMany([1, 2].map((n) => payment(n, { outcome: unassigned, event_id: null })));
    const one = `/payments/${payId(1)}/event`;
    const alone = await open(`/payments/${payId(1)}`, one);
    const many = await open('/held?reason=unassigned_event', '/held');
    await by(`/api/payments/${payId(1)}`, { event_id: 3 });
    const both: Fields = [...typed(many, { event_id: '1' }), ['id', payId(1)], ['id', payId(2)]];
    for (const [path, fields] of [[one, typed(alone, { event_id: '2' })] as const, ['/held', both] as const]) {
      const { status, said } = await send(path, fields);
      expect(status).to.equal(303);
      expect(said).to.match(/^bad:.*is for another event now; look again/);
    }
    const event_ids = await Promise.all(
      [1, 2].map(async (n) => (await gateway.store.payments.findById(payId(n)).lean())?.overrides?.event_id),
    );
    expect(event_ids).to.deep.equal([3, 1]);
    expect(await open(`/payments/${payId(1)}`, one), 'it shows where it will be').to.deep.include(['from', '3']);
  });

  it('lets no payment through that is held for another reason by now', async () => {
    const underpaid = { kind: 'held' as const, reason: 'underpaid' as const, since: new Date() };
    await gateway.store.events.create(event(1));
    await gateway.store.payments.insertMany([1, 2].map((n) => payment(n, { outcome: underpaid })));
    const one = `/payments/${payId(1)}/release`;
    const forms = [
      { path: one, fields: await open(`/payments/${payId(1)}`, one) },
      { path: one, fields: await open('/held', one) },
      {
        path: '/held',
        fields: [...(await open('/held?reason=underpaid', '/held')), ['id', payId(1)], ['id', payId(2)]] as Fields,
      },
    ];
    await gateway.store.payments.updateOne(
      { _id: payId(1) },
      { $set: { outcome: { ...underpaid, reason: 'event_cancelled' } } },
    );
    for (const { path, fields } of forms) {
      const { status, said } = await send(path, fields);
      expect(status).to.equal(303);
      expect(said).to.match(/^bad:.*is held for another reason now \(event_cancelled\); look again/);
    }
    const released = async (n: number) => (await gateway.store.payments.findById(payId(n)).lean())?.overrides?.released;
    expect([(await released(1)) ?? [], await released(2)]).to.deep.equal([[], ['underpaid']]);
  });
});
