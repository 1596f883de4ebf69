/** Somebody added by hand by a request that is sent twice, as where its answer was lost: one attendee, and nobody else's. */
import { expect } from 'chai';
import { type Bus, openBus, RequestFailed } from '../../../shared/bus/index.ts';
import { answer } from '../../../shared/bus/requests.ts';
import { createLogger } from '../../../shared/log/index.ts';
import { startPrivateNats } from '../../../test/servers.ts';
import { attendee, event } from '../testing/documents.ts';
import { read, saidNext, startTestGateway, type TestGateway } from '../testing/start.ts';

describe('somebody added by hand', () => {
  let gateway: TestGateway;
  let ticketing: Bus;
  const requests: (string | undefined)[] = [];
  let lost = 0;
  before(async () => {
    const nats = await startPrivateNats();
    gateway = await startTestGateway({ env: { NATS_URL: nats.url } });
    ticketing = openBus({ url: nats.url, name: 'ticketing', log: createLogger('ticketing', 'silent') });
    const { store } = gateway;
    answer(ticketing, 'ticketing.admit', async ({ people: [person], event_id }) => {
      const id = person?.request_id;
      requests.push(id);
      const _id = id === undefined ? requests.length + 1_000 : [...new Set(requests)].indexOf(id) + 1;
      const ticket = { ...attendee(_id).ticket, event_id };
      if (!(await store.attendees.exists({ _id })))
        await store.attendees.create(
          attendee(_id, { event_id, payment_id: null, seat: _id, student_key: null, ticket }),
        );
      if (lost-- > 0) throw new RequestFailed(503, 'the answer was lost');
      return { people: [{ kind: 'added', attendee_id: _id }] };
    });
    await store.events.insertMany([event(1), event(2)]);
    // Served once both are connected and ticketing's subscription has reached the server.
    for (;;) {
      const { status } = await gateway.ask('admin', 'POST', '/api/events/1/attendees', { name: 'First' });
      if (status === 200) break;
    }
  });
  after(async () => {
    await gateway?.stop();
    await ticketing?.close();
  });
  beforeEach(() => {
    requests.length = 0;
    lost = 0;
  });

  const add = async (key: string | null, body: object, { who = 'admin' as 'admin' | 'organizer', at = 1 } = {}) =>
    read(
      await fetch(`${gateway.url}/api/events/${at}/attendees`, {
        method: 'POST',
        headers: {
          'Content-Type': 'application/json',
          Authorization: `Bearer ${await gateway.token(who)}`,
          ...(key !== null && { 'Idempotency-Key': key }),
        },
        body: JSON.stringify(body),
      }),
    );

  it('by a program is told by its Idempotency-Key, of one caller, at one event, with the same person', async () => {
    const guest = { name: 'Guest of honour' };
    const first = await add('k1', guest);
    expect(first.status, JSON.stringify(first.body)).to.equal(200);
    expect((await add('k1', { ...guest, email: '' })).body).to.deep.equal(first.body);
    await add('k1', guest, { who: 'organizer' });
    await add('k1', guest, { at: 2 });
    await add('k1', { name: 'Another guest' });
    await add('k2', guest);
    const [one, again, ...others] = requests;
    expect(again).to.equal(one).and.to.be.a('string').and.not.to.contain('k1');
    expect(new Set([one, ...others]).size).to.equal(5);
    requests.length = 0;
    await add(null, guest);
    expect(requests).to.deep.equal([undefined]);
    const long = await add('k'.repeat(257), guest);
    expect([long.status, long.body.errors[0].field]).to.deep.equal([400, 'idempotency-key']);
  });

  it('by a form is the same where it is sent twice, or once more after an answer that was lost', async () => {
    const headers = { Accept: 'text/html', Cookie: `qrflow_session=${await gateway.token('admin')}` };
    const path = '/events/1/attendees';
    const page = await (await fetch(gateway.url + path, { headers })).text();
    const hidden = (html: string, name: string) =>
      new RegExp(`name="${name}" value="([\\w-]+)"`).exec(html.slice(html.indexOf('id="add"')))?.[1] ?? '';
    const send = async (html: string, more: Record<string, string> = {}) => {
      const fields = { _csrf: hidden(html, '_csrf'), request: hidden(html, 'request'), name: 'Guest', ...more };
      const body = new URLSearchParams(fields);
      const reply = await fetch(gateway.url + path, { method: 'POST', headers, body, redirect: 'manual' });
      return {
        status: reply.status,
        at: reply.headers.get('location'),
        said: saidNext(reply),
        html: await reply.text(),
      };
    };
    lost = 1;
    const unheard = await send(page);
    expect(unheard.status).to.equal(503);
    const [one, two] = await Promise.all([send(unheard.html), send(unheard.html)]);
    expect([one?.status, one?.at, one?.said]).to.deep.equal([303, '/attendees/1', 'good:Asha Rao has a ticket now.']);
    expect(two?.at).to.equal(one?.at);
    expect(new Set(requests).size).to.equal(1);
    // Asked about the address, it is still the same form.
    const asked = await send(page, { email: 'guest@gmial.com' });
    expect(asked.html).to.contain('Did you mean');
    expect(hidden(asked.html, 'request')).to.equal(hidden(page, 'request'));
    const { status, html } = await send(page, { email: 'no address' });
    expect([status, hidden(html, 'request')]).to.deep.equal([422, hidden(page, 'request')]);
    // Gone back to, with somebody else typed into it.
    expect((await send(page, { name: 'Another guest' })).at).to.equal('/attendees/2');
    await gateway.store.attendees.updateOne({ _id: 1 }, { $set: { live: false } });
    expect((await send(page)).said).to.match(/^bad:.*was taken away since/);
    expect(hidden(await (await fetch(gateway.url + path, { headers })).text(), 'request')).not.to.equal(
      hidden(page, 'request'),
    );
  });
});
