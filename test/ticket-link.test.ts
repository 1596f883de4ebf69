/** The link in a real mail, followed: the page shows the code that the door takes, and tells what became of the ticket. */
import { expect } from 'chai';
import { readQr, readQrOfPage } from './qr.ts';
import { ADMIN, startWorld, student, type World } from './world.ts';

describe('the link in a ticket’s mail', () => {
  let world: World;
  before(async function () {
    this.timeout(120_000);
    world = await startWorld({ PUBLIC_URL: 'https://tickets.example.edu' });
    await world.api('POST', '/api/events', { name: 'Fest', date: '2026-12-20T18:00:00', venue: 'Main hall' });
  });
  after(async () => world?.stop());

  /** Where it leads, on this machine. */
  const linkOf = async (email: string) => {
    const mail = await world.mails.waitFor(({ envelope }) => envelope.to.includes(email), 60_000);
    const links = [String(mail.html), String(mail.text)].map(
      (part) => /https:\/\/tickets\.example\.edu(\/ticket\/[\w.-]+)/.exec(part)?.[1],
    );
    expect(links[0], 'the same in both parts').to.equal(links[1]);
    return `http://127.0.0.1:${world.gateway.port}${links[0]}`;
  };

  it('opens the ticket; its code opens the door once; then the page says used, and after a refund that it is over', async () => {
    const email = 'asha@example.edu';
    const { id } = await world.pay({ notes: student({ name: 'Asha Rao', email, event_id: 1 }) });
    const link = await linkOf(email);
    const page = async () => {
      const answer = await fetch(link, { headers: { Accept: 'text/html' } });
      return { status: answer.status, html: await answer.text() };
    };
    const fresh = await page();
    expect(fresh.status).to.equal(200);
    expect(fresh.html).to.contain('<h2>Valid</h2>').and.to.contain('Asha Rao').and.to.contain('Main hall');
    const qr_token = readQrOfPage(fresh.html);
    const calendar = await fetch(`${link}/event.ics`);
    expect([calendar.status, (await calendar.text()).includes('SUMMARY:Fest')]).to.deep.equal([200, true]);

    const scan = async () => (await world.api('POST', '/api/checkin/scan', { qr_token })).body.reason;
    expect([await scan(), await scan()]).to.deep.equal(['ok', 'already_checked_in']);
    expect((await page()).html).to.contain('<h2>Used</h2>');

    await world.razorpay.control(`/payments/${id}/refund`, {});
    await world.settled(id, 'revoked');
    const over = await page();
    expect([over.status, over.html.includes('<h2>Paid back</h2>')]).to.deep.equal([410, true]);
  });

  it('of a ticket that moved to another event says so, and the newer mail’s link opens the newer one', async () => {
    const { body: other } = await world.api('POST', '/api/events', { name: 'Quiz', date: '2026-12-21T18:00:00' });
    const email = 'ravi@example.edu';
    const { id } = await world.pay({ notes: student({ email, event_id: 1 }) });
    const before = await linkOf(email);
    await world.api('PUT', `/api/payments/${id}`, { event_id: other.id });
    const mail = await world.mails.waitFor(
      ({ envelope, subject }) => envelope.to.includes(email) && subject === 'Your ticket: Quiz',
      60_000,
    );
    const path = /tickets\.example\.edu(\/ticket\/[\w.-]+)/.exec(String(mail.text))?.[1];
    const [old, now] = await Promise.all([fetch(before), fetch(`http://127.0.0.1:${world.gateway.port}${path}`)]);
    expect([old.status, now.status]).to.deep.equal([410, 200]);
    expect(await old.text()).to.contain('<h2>Replaced</h2>');
    expect(await now.text()).to.contain('Quiz');
  });

  it('is not needed at the desk, which shows the same code to somebody without a phone, and is known to have done so', async () => {
    const url = `http://127.0.0.1:${world.gateway.port}`;
    const email = 'meera@example.edu';
    const { id } = await world.pay({ notes: student({ email, event_id: 1 }) });
    const mail = await world.mails.waitFor(({ envelope }) => envelope.to.includes(email), 60_000);
    const { attendee_id } = await world.settled(id, 'ticketed');
    const signedIn = await fetch(`${url}/login`, {
      method: 'POST',
      body: new URLSearchParams(ADMIN),
      redirect: 'manual',
    });
    const headers = { Accept: 'text/html', Cookie: signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
    const desk = await (await fetch(`${url}/attendees/${attendee_id}`, { headers })).text();
    const _csrf = /name="csrf" content="([\w-]+)"/.exec(desk)?.[1] ?? '';
    expect(desk).to.contain(`action="/attendees/${attendee_id}/ticket"`);
    const shown = await fetch(`${url}/attendees/${attendee_id}/ticket`, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ _csrf }),
    });
    expect(shown.status).to.equal(200);
    const png = mail.attachments.find(({ cid }) => cid)?.content as Buffer;
    expect(readQrOfPage(await shown.text())).to.equal(readQr(png));
    const { body: trail } = await world.api('GET', '/api/admin/logs?action=ticket.shown');
    expect(trail).to.have.length(1);
    expect(trail[0]).to.include({ actor: 'admin', attendee_id, payment_id: id });

    await world.razorpay.control(`/payments/${id}/refund`, {});
    await world.settled(id, 'revoked');
    const over = await fetch(`${url}/attendees/${attendee_id}/ticket`, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ _csrf }),
      redirect: 'manual',
    });
    const [, kept = ''] = /said=([\w-]+)\./.exec(over.headers.get('set-cookie') ?? '') ?? [];
    expect(Buffer.from(kept, 'base64url').toString()).to.equal('bad:its ticket opens no door any more');
  });
});
