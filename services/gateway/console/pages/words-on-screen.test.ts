/** What the console tells is in the words of its own buttons, fields and tags, not in the API's. */
import { expect } from 'chai';
import { HOLD_REASONS } from '../../../../shared/outcome.ts';
import { MAIL_STATES } from '../../../../shared/store/documents.ts';
import { HOLDS } from '../../payments/holds.ts';
import { attendee, event, payId, payment, ticketMail } from '../../testing/documents.ts';
import { startTestGateway, type TestGateway } from '../../testing/start.ts';

describe('the words on the screen', () => {
  let gateway: TestGateway;
  let headers: Record<string, string>;
  before(async () => {
    gateway = await startTestGateway();
    headers = { Accept: 'text/html', Cookie: `qrflow_session=${await gateway.token('organizer')}` };
    await gateway.store.events.create(event(1));
    await gateway.store.payments.insertMany(
      HOLD_REASONS.map((reason, n) =>
        payment(n, { outcome: { kind: 'held', reason, since: new Date('2026-11-20T10:00:00Z') } }),
      ),
    );
    await gateway.store.attendees.insertMany(MAIL_STATES.map((_, n) => attendee(n + 1, { payment_id: null })));
    await gateway.store.mails.insertMany(MAIL_STATES.map((state, n) => ticketMail(n + 1, { state, payment_id: null })));
  });
  after(() => gateway.stop());
  const page = async (path: string) => (await fetch(gateway.url + path, { headers })).text();

  it('say what resolves a hold by what can be pressed, on the list and on the payment', async () => {
    for (const [n, reason] of HOLD_REASONS.entries())
      for (const path of [`/held?reason=${reason}`, `/payments/${payId(n)}`]) {
        const html = await page(path);
        const told = html.split(HOLDS[reason].text)[1]?.split('</p>')[0] ?? '';
        expect(told, `${path} says what to do`).to.match(/ [A-Z].+\.$/s);
        expect(told, `${path} speaks of no field of the API`).to.not.match(/`|\w_\w|release/i);
      }
  });

  it('call the state of a mail the same where it is chosen and where it is shown', async () => {
    for (const path of ['/mails?state=', '/events/1/attendees?email_state='])
      for (const state of MAIL_STATES) {
        const html = await page(path + state);
        const chosen = new RegExp(`<option value="${state}"[^>]*selected[^>]*>([^<]+)<`).exec(html)?.[1];
        const shown = [...html.matchAll(/<span class="tag[^"]*">([^<]+)</g)].map(([, words]) => words);
        expect(shown, `${path}${state}`).to.include(chosen);
      }
  });
});
