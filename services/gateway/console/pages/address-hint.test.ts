/** An address that looks mistyped is asked about, never changed: at the desk's forms, and where a mail did not arrive. */
import { expect } from 'chai';
import { attendee, event, payId, payment, ticketMail } from '../../testing/documents.ts';
import { startTestGateway, type TestGateway } from '../../testing/start.ts';

const MISTYPED = 'asha@gmial.com';
const MEANT = 'asha@gmail.com';

describe('an address that looks mistyped', () => {
  let gateway: TestGateway;
  let headers: Record<string, string>;
  let _csrf: string;
  before(async () => {
    gateway = await startTestGateway();
    await gateway.store.events.create(event(1));
    await gateway.store.attendees.insertMany([
      attendee(1, { email: MISTYPED }),
      attendee(2, { email: MISTYPED, payment_id: null }),
      ...[3, 4, 5].map((n) => attendee(n, { email: `s${n}@iitx.ac.in` })),
      attendee(7, { email: 'old@example.org', payment_id: null }),
      attendee(6, { email: 's6@iitx.ac.im' }),
    ]);
    await gateway.store.payments.create(payment(1));
    await gateway.store.mails.insertMany([
      ticketMail(1, { state: 'failed', sent_at: null }),
      ticketMail(2, { state: 'failed', sent_at: null, payment_id: null }),
      ticketMail(6, { state: 'failed', sent_at: null }),
      ticketMail(3),
    ]);
    headers = { Accept: 'text/html', Cookie: `qrflow_session=${await gateway.token('organizer')}` };
    _csrf = /name="csrf" content="([\w-]+)"/.exec(await page('/'))?.[1] ?? '';
  });
  after(() => gateway.stop());

  const page = async (path: string) => (await fetch(gateway.url + path, { headers })).text();
  const post = async (path: string, fields: Record<string, string>) => {
    const body = new URLSearchParams({ _csrf, ...fields });
    const answer = await fetch(gateway.url + path, { method: 'POST', headers, body, redirect: 'manual' });
    return { status: answer.status, html: await answer.text() };
  };
  const asks = (html: string) => /name="meant" value="([^"]+)"/.exec(html)?.[1];
  /** Ticketing is not here: what was not asked about gets as far as that. */
  const goesOn = ({ html }: { html: string }) => html.includes('gives tickets (ticketing) is not running');

  it('is asked about before a ticket is given or a detail changed, and what was typed stays', async () => {
    for (const path of ['/events/1/attendees', '/attendees/7']) {
      const fields = { name: 'Asha Iyer', roll_number: 'X1', email: ' asha@gmial.com ' };
      const first = await post(path, fields);
      expect([first.status, asks(first.html)], path).to.deep.equal([200, MEANT]);
      expect(first.html).to.contain('value="Asha Iyer"').and.to.contain('value="X1"');
      expect(goesOn(await post(path, { ...fields, sure: 'yes' })), 'right as typed').to.equal(true);
      expect(goesOn(await post(path, { ...fields, meant: MEANT })), 'as suggested').to.equal(true);
      const edited = await post(path, { ...fields, email: 'ravi@yaho.com', meant: MEANT });
      expect(asks(edited.html), 'a suggestion is for one address').to.equal('ravi@yahoo.com');
      expect(goesOn(await post(path, { ...fields, email: 'asha@example.org' }))).to.equal(true);
    }
    expect(await gateway.store.attendees.countDocuments({ email: MEANT })).to.equal(0);
  });

  it('is held against what the event’s others have', async () => {
    const { html } = await post('/events/1/attendees', { name: 'Ravi', email: 'ravi@iitx.ac.on' });
    expect(asks(html)).to.equal('ravi@iitx.ac.in');
  });

  it('does not stand in the way of another change', async () => {
    expect(goesOn(await post('/attendees/2', { name: 'Asha R', email: MISTYPED }))).to.equal(true);
  });

  it('is shown with one button beside a mail that did not arrive, on its attendee and its payment', async () => {
    const mails = await page('/mails?state=failed');
    for (const [where, meant] of [
      [`/payments/${payId(1)}/details`, MEANT],
      ['/attendees/2', MEANT],
      [`/payments/${payId(6)}/details`, 's6@iitx.ac.in'],
    ])
      expect(mails).to.match(new RegExp(`action="${where}" class="meant">[^]{0,200}name="email" value="${meant}"`));
    expect((await page('/mails?state=sent')).includes('class="meant"')).to.equal(false);
    expect(await page('/attendees/1')).to.contain(`value="${MEANT}"`);
    expect(await page('/attendees/3')).not.to.contain('Did you mean');
    expect(await page(`/payments/${payId(1)}`)).to.contain(`action="/payments/${payId(1)}/details" class="meant"`);
    // The button of the list: the payment's own way to correct an address.
    const done = await post(`/payments/${payId(1)}/details`, { email: MEANT });
    expect(done.status).to.equal(303);
    const stored = await gateway.store.payments.findById(payId(1)).lean();
    expect(stored?.overrides?.details).to.deep.equal({ email: MEANT });
  });
});
