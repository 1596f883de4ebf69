/** Forms as people send them: with many ticks, with a fault, and shown again. */
import { expect } from 'chai';
import { BLOCKS } from '../../../../shared/mail-template/template.ts';
import type { Role } from '../../../../shared/store/documents.ts';
import { attendee, event, payId, payment, user } from '../../testing/documents.ts';
import { saidNext, startTestGateway, type TestGateway } from '../../testing/start.ts';

const MANY = 120;
const person = (role: 'organizer' | 'staff', id: number) =>
  user(role, { _id: id, username: `user-${id}`, username_key: `user-${id}` });

describe('a form of the console', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
    await gateway.store.events.insertMany(
      Array.from({ length: 61 }, (_, i) => event(i + 1, i + 1 === 61 ? {} : { status: 'closed' })),
    );
  });
  after(() => gateway.stop());

  const headersOf = async (role: Role) => ({
    Accept: 'text/html',
    Cookie: `qrflow_session=${await gateway.token(role)}`,
  });
  const page = async (role: Role, path: string) =>
    (await fetch(gateway.url + path, { headers: await headersOf(role), redirect: 'manual' })).text();
  const csrfOf = async (role: Role) => /name="csrf" content="([\w-]+)"/.exec(await page(role, '/'))?.[1] ?? '';
  async function send(role: Role, path: string, fields: Iterable<[string, string]> | FormData) {
    const _csrf = await csrfOf(role);
    const body = fields instanceof FormData ? fields : new URLSearchParams([...fields]);
    body.append('_csrf', _csrf);
    const headers = await headersOf(role);
    const answer = await fetch(gateway.url + path, { method: 'POST', headers, body, redirect: 'manual' });
    return { status: answer.status, said: saidNext(answer), html: await answer.text() };
  }
  const chosen = (html: string, name: string) =>
    /<option value="([^"]*)"[^>]* selected/.exec(
      new RegExp(`<select[^>]*name="${name}"[\\s\\S]*?</select>`).exec(html)?.[0] ?? '',
    )?.[1];

  it('takes as many ticks as its page has boxes', async () => {
    const people = Array.from({ length: MANY }, (_, i) => person('staff', 1_000 + i));
    await gateway.store.users.insertMany(people);
    await gateway.store.events.create(event(62, { status: 'closed', staff: [] }));
    const ids = people.map(({ _id }) => String(_id));
    const given = await send(
      'admin',
      '/events/62/staff',
      ids.map((id) => ['user', id]),
    );
    expect([given.status, given.said]).to.deep.equal([303, 'good:Saved. They see this event on their scanner.']);
    expect((await gateway.store.events.findById(62).lean())?.staff).to.have.members(ids.map(Number));

    const held = { kind: 'held' as const, reason: 'underpaid' as const, since: new Date() };
    const payments = Array.from({ length: MANY }, (_, i) => payment(500 + i, { outcome: held }));
    await gateway.store.payments.insertMany(payments);
    const through = await send('admin', '/held', [
      ['remedy', 'release'],
      ...payments.map(({ _id }): [string, string] => ['id', _id]),
    ]);
    expect(through.said).to.contain(`${MANY}`).and.not.to.contain('Invalid');
    const released = gateway.store.payments.where('_id', { $in: payments.map(({ _id }) => _id) });
    expect(await released.where('overrides.released', 'underpaid').countDocuments()).to.equal(MANY);
  });

  it('that is refused stands there again with what was chosen, not with what is stored', async () => {
    await gateway.store.users.create(person('organizer', 900));
    const form = { username: 'user-900', full_name: '', email: '', role: 'staff', club_id: '', password: 'short' };
    const refused = await send('admin', '/users/900', Object.entries(form));
    expect([refused.status, chosen(refused.html, 'role')]).to.deep.equal([422, 'staff']);

    const html = await page('admin', '/events/61/edit');
    const fields = [...html.matchAll(/<input[^>]* name="(\w+)"[^>]*>/g)].flatMap(
      ([tag, name = '']): [string, string][] =>
        name === '_csrf' ? [] : [[name, / value="([^"]*)"/.exec(tag)?.[1] ?? '']],
    );
    const changed = new Map([...fields, ['capacity', 'many'], ['status', 'cancelled']]);
    const wrong = await send('admin', '/events/61/edit', changed);
    expect([wrong.status, chosen(wrong.html, 'status')]).to.deep.equal([422, 'cancelled']);
    expect(wrong.html).to.contain('must be a whole number, like 200');

    await gateway.store.payments.create(payment(800));
    const details = { name: 'Another name', email: 'no address' };
    const kept = await send('organizer', `/payments/${payId(800)}/details`, Object.entries(details));
    expect(kept.status).to.equal(422);
    expect(kept.html).to.contain('value="Another name"').and.to.contain('value="no address"');
    expect(kept.html).to.match(/<p class="hint" id="df-email"><span class="fault">must be an e-mail address/);
  });

  it('of another session does nothing and stands there again with what was typed and a token of this one, if it is ours', async () => {
    await gateway.store.events.create(event(64, { status: 'closed', description: 'As it was' }));
    const typed = { description: '"><script>alert(1)</script>', password: 'correct horse' };
    const stale = async (path: string, from: Record<string, string>) => {
      const headers = { ...(await headersOf('admin')), ...from };
      const body = new URLSearchParams({ ...typed, _csrf: await csrfOf('organizer') });
      const answer = await fetch(gateway.url + path, { method: 'POST', headers, body, redirect: 'manual' });
      return { status: answer.status, html: await answer.text() };
    };
    const edit = '/events/64/edit';
    const ours = [{ 'Sec-Fetch-Site': 'same-origin' }, { Origin: gateway.url }];
    for (const from of ours) {
      const { status, html } = await stale(edit, from);
      expect(status).to.equal(403);
      expect(html).to.contain('opened in another session').and.to.contain('&lt;script&gt;alert(1)');
      expect(html).not.to.contain('<script>alert').and.not.to.contain(typed.password);
      const fresh = await csrfOf('admin');
      expect(html)
        .to.contain(`name="_csrf" value="${fresh}"`)
        .and.not.to.contain(await csrfOf('organizer'));
    }
    const others = [{}, { 'Sec-Fetch-Site': 'cross-site' }, { Origin: 'https://evil.example' }, { Origin: 'null' }];
    for (const from of others as Record<string, string>[]) {
      const { status, html } = await stale(edit, from);
      expect([status, html.includes('alert(1)')], JSON.stringify(from)).to.deep.equal([403, false]);
    }
    // A button has nothing that could be lost.
    expect((await stale('/mails/resend', { 'Sec-Fetch-Site': 'same-origin' })).status).to.equal(403);
    expect((await gateway.store.events.findById(64).lean())?.description).to.equal('As it was');
  });

  it('takes as many characters as its page lets somebody type, however a browser ends lines', async () => {
    const browsers = (text: string) => text.replaceAll('\n', '\r\n');
    const description = 'Bring a pen.\n'.repeat(384) + 'Done'.repeat(2);
    expect(description.length).to.equal(5_000);
    await gateway.store.events.create(event(63, { status: 'closed' }));
    const saved = await send('admin', '/events/63/edit', [['description', browsers(description)]]);
    expect([saved.status, saved.said?.slice(0, 5)]).to.deep.equal([303, 'good:']);
    expect((await gateway.store.events.findById(63).lean())?.description).to.equal(description);

    const above = `${'Gate 2.\n'.repeat(249)}Bring ID`;
    expect(above.length).to.equal(BLOCKS.above.most);
    const mail = new FormData();
    mail.append('above', browsers(above));
    const kept = await send('admin', '/events/63/mail', mail);
    expect([kept.status, kept.said?.slice(0, 5)]).to.deep.equal([303, 'good:']);
    const template = await gateway.ask('admin', 'GET', '/api/events/63/mail-template');
    expect(template.body.above).to.equal(above);
  });

  it('of an event leaves the seconds of times that nobody changed', async () => {
    const closes = new Date('2026-12-20T18:29:59.000Z');
    await gateway.store.events.updateOne({ _id: 60 }, { $set: { closes_at: closes } });
    const html = await page('admin', '/events/60/edit');
    const shown = /<input[^>]* name="closes_at"[^>]*>/.exec(html)?.[0] ?? '';
    expect(shown, 'in the event’s own time').to.contain('value="2026-12-20T23:59"');
    const { date, timezone } = (await gateway.store.events.findById(60).lean()) ?? {};
    const begins = /<input[^>]* name="date"[^>]* value="([^"]*)"/.exec(html)?.[1] ?? '';
    const form = { name: 'With another name', date: begins, timezone: timezone ?? '', closes_at: '2026-12-20T23:59' };
    expect((await send('admin', '/events/60/edit', Object.entries(form))).status).to.equal(303);
    const after = await gateway.store.events.findById(60).lean();
    expect([after?.name, after?.closes_at, after?.date]).to.deep.equal(['With another name', closes, date]);
    await send('admin', '/events/60/edit', Object.entries({ ...form, closes_at: '2026-12-20T23:58' }));
    const moved = await gateway.store.events.findById(60).lean();
    expect(moved?.closes_at).to.deep.equal(new Date('2026-12-20T18:28:00.000Z'));
  });

  it('that shows a list goes on at that list’s own address', async () => {
    await gateway.store.attendees.insertMany(
      Array.from({ length: MANY }, (_, i) => attendee(2_000 + i, { event_id: 2, payment_id: null })),
    );
    const list = new FormData();
    list.set('file', new File(['name,email\nSomebody,no-address\n'], 'attendees.csv'));
    const { status, html } = await send('organizer', '/events/2/attendees/upload', list);
    expect(status).to.equal(200);
    const next = /<a class="button small" href="([^"]*)">Older ones/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(next).to.match(/^\/events\/2\/attendees\?/);
    expect(await page('organizer', next)).to.contain('attendees/2');
  });

  it('is shown to those alone who may send it', async () => {
    const held = { kind: 'held' as const, reason: 'not_captured' as const, since: new Date() };
    await gateway.store.payments.create(payment(700, { outcome: held }));
    const path = '/held?reason=not_captured';
    expect(await page('admin', path))
      .to.contain('Ask Razorpay about the ticked ones')
      .and.to.contain(`value="${payId(700)}"`);
    expect(await page('organizer', path))
      .to.contain('An administrator can ask Razorpay')
      .and.to.contain(payId(700))
      .and.not.to.contain('ticked ones')
      .and.not.to.contain(`value="${payId(700)}"`);
  });

  it('stands on pages that show each role what is theirs', async () => {
    expect(await page('organizer', '/'), 'the one that is open, however many there were').to.contain('Event 61');
    expect(await page('organizer', '/events/1')).to.contain('Payments, last 30 days');
    expect(await page('staff', '/events/3'), 'the door learns nothing of money')
      .to.contain('Check-ins')
      .and.not.to.contain('Payments, last 30 days');
  });
});
