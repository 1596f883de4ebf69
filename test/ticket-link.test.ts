/** The link in a real mail, followed: the page shows the code that the door takes, and tells what became of the ticket. */
import { expect } from 'chai';
import { readQrOfPage } from './qr.ts';
import { startWorld, student, type World } from './world.ts';

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
});
