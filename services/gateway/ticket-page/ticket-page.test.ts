import { generateKeyPairSync } from 'node:crypto';
import { Writable } from 'node:stream';
import { expect } from 'chai';
import pino from 'pino';
import type { Role } from '../../../shared/store/documents.ts';
import { signTicket } from '../../../shared/ticket/token.ts';
import { readQrOfPage } from '../../../test/qr.ts';
import { endedTicket, startGate, type TestGate } from '../testing/gate.ts';

const HOUR = 3_600_000;

describe('a ticket’s page', () => {
  let gateway: TestGate;
  let printed = '';
  before(async () => {
    const lines = new Writable({
      write(chunk, _encoding, done) {
        printed += chunk;
        done();
      },
    });
    gateway = await startGate({
      log: pino({ level: 'trace' }, lines),
      ticketPageLimits: { wrongPerAddress: 6, perTicket: 5, window: 600 },
      env: { TRUSTED_PROXIES: '1' },
    });
    await gateway.open(1, {
      name: 'Freshers’ <b>Night</b>',
      date: new Date('2026-12-20T12:30:00Z'),
      venue: 'Main hall',
      doors_open_at: new Date(Date.now() + HOUR),
    });
    await gateway.open(2, { status: 'cancelled', name: 'Quiz' });
    await gateway.open(3, { doors_close_at: new Date(Date.now() - HOUR) });
  });
  after(() => gateway.stop());

  let callers = 0;
  const get = async (token: string, { more = '', from = `10.0.0.${++callers}` } = {}) => {
    const answer = await fetch(`${gateway.url}/ticket/${token}${more}`, {
      headers: { Accept: 'text/html', 'X-Forwarded-For': from },
    });
    return { status: answer.status, headers: answer.headers, html: await answer.text() };
  };

  it('shows the code that the door reads, what, where and when it is, and of the person the name alone', async () => {
    const details = {
      name: 'Asha Rao',
      roll_number: '21CS042',
      college_name: 'Example Institute',
      phone: '9800000001',
    };
    const { token } = await gateway.ticket({ details });
    const { status, html } = await get(token);
    expect(status).to.equal(200);
    expect(readQrOfPage(html)).to.equal(token);
    for (const part of [
      'Freshers’ &lt;b&gt;Night',
      'Sunday 20 December 2026 at 6:00',
      'Main hall',
      'Asha Rao',
      'Valid',
    ])
      expect(html.replaceAll(',', '')).to.contain(part);
    expect(html).to.contain('Doors open at').and.to.contain('Asia/Kolkata');
    for (const secret of ['asha@example.edu', ...Object.values(details).slice(1), 'pay_AAAA', 'ticket-1'])
      expect(html, secret).not.to.contain(secret);
  });

  it('hands its address on to nobody: not kept, not found by search engines, in no Referer', async () => {
    const { token } = await gateway.ticket();
    for (const [asked, more] of [
      [token, ''],
      [token, '/event.ics'],
      ['nonsense', ''],
    ] as const) {
      const { headers } = await get(asked, { more });
      expect(headers.get('referrer-policy')).to.equal('no-referrer');
      expect(headers.get('cache-control')).to.equal('no-store');
      expect(headers.get('x-robots-tag')).to.contain('noindex');
      expect(headers.get('content-security-policy')).to.contain("script-src 'self'").and.not.contain('unsafe');
      expect(headers.get('set-cookie')).to.equal(null);
    }
  });

  it('puts the event into a calendar, in its own time', async () => {
    const { token } = await gateway.ticket();
    const { status, headers, html: text } = await get(token, { more: '/event.ics' });
    expect(status).to.equal(200);
    expect(headers.get('content-type')).to.match(/^text\/calendar/);
    expect(headers.get('content-disposition')).to.contain('event.ics');
    expect(text).to.contain('DTSTART:20261220T123000Z').and.to.contain('LOCATION:Main hall');
  });

  it('says when it was used, and shows the code all the same: a check-in may be taken back', async () => {
    const { token } = await gateway.ticket({ checked_in_at: new Date('2026-12-20T12:34:00Z'), checked_in_by: 'gate1' });
    const { status, html } = await get(token);
    expect(status).to.equal(200);
    expect(html).to.contain('Used').and.to.contain('20 Dec 2026, 6:04').and.not.to.contain('gate1');
    expect(readQrOfPage(html)).to.equal(token);
    const closed = await get((await gateway.ticket({}, 3)).token);
    expect([closed.status, closed.html.includes('Doors closed at')]).to.deep.equal([200, true]);
  });

  it('shows neither code nor name of a ticket that opens no door, and says why', async () => {
    const refunded = await gateway.ticket({ live: false, ticket: endedTicket('refunded-1', 'refunded') });
    const withdrawn = await gateway.ticket({ live: false, ticket: endedTicket('withdrawn-1', 'by_hand') });
    await gateway.ticket({ past_tickets: [endedTicket('old-1', 'reassigned')] });
    const cancelled = await gateway.ticket({}, 2);
    for (const [token, status, state] of [
      [refunded.token, 410, 'Paid back'],
      [withdrawn.token, 410, 'Void'],
      [await gateway.sign('old-1'), 410, 'Replaced'],
      [cancelled.token, 200, 'Event cancelled'],
    ] as const) {
      const answer = await get(token);
      expect(answer.status, state).to.equal(status);
      expect(answer.html).to.contain(`<h2>${state}</h2>`);
      expect(readQrOfPage(answer.html), state).to.equal(undefined);
      expect(answer.html).not.to.contain('Asha Rao');
      expect((await get(token, { more: '/event.ics' })).status, state).to.equal(410);
    }
  });

  it('answers the same for what is forged, cut, signed by others, and held by nobody', async () => {
    const { token } = await gateway.ticket();
    const others = generateKeyPairSync('ed25519').privateKey;
    const said = ({ html }: { html: string }) => html.slice(html.indexOf('<main'));
    const first = await get('nonsense');
    expect([first.status, first.html.includes('This link opens no ticket')]).to.deep.equal([404, true]);
    for (const wrong of [
      token.slice(0, -5),
      `${token.slice(0, -6)}AAAAAA`,
      await signTicket({ ticket: 'ticket-1', event: 1 }, others),
      await gateway.sign('never-made'),
      await gateway.sign('never-made', 99),
    ]) {
      const answer = await get(wrong);
      expect([answer.status, said(answer)]).to.deep.equal([404, said(first)]);
      expect((await get(wrong, { more: '/event.ics' })).status).to.equal(404);
    }
  });

  it('slows down who tries links, never the others behind the same address; and one ticket by itself', async () => {
    const from = '203.0.113.9';
    const tries = [];
    for (let at = 0; at < 8; at++) tries.push((await get(`guess-${at}`, { from })).status);
    expect(tries).to.deep.equal([404, 404, 404, 404, 404, 404, 429, 429]);
    const mine = await gateway.ticket();
    const opened = [];
    for (let at = 0; at < 6; at++) opened.push(await get(mine.token, { from }));
    expect(opened.map(({ status }) => status)).to.deep.equal([200, 200, 200, 200, 200, 429]);
    expect(Number(opened.at(-1)?.headers.get('retry-after'))).to.be.within(1, 600);
    expect((await get((await gateway.ticket()).token, { from })).status).to.equal(200);
  });

  it('is opened at the desk and the door by those who see the event, and by nobody else', async () => {
    await gateway.open(7, { club_id: 77, staff: [] });
    const [mine, others] = [await gateway.ticket(), await gateway.ticket({}, 7)];
    const show = async (who: Role, n: number) => {
      const headers = { Accept: 'text/html', Cookie: `qrflow_session=${await gateway.token(who)}` };
      const html = await (await fetch(`${gateway.url}/`, { headers })).text();
      const _csrf = /name="csrf" content="([\w-]+)"/.exec(html)?.[1] ?? '';
      const body = new URLSearchParams({ _csrf });
      const answer = await fetch(`${gateway.url}/attendees/${n}/ticket`, {
        method: 'POST',
        headers,
        body,
        redirect: 'manual',
      });
      const [, kept = ''] = /said=([\w-]+)\./.exec(answer.headers.get('set-cookie') ?? '') ?? [];
      return `${answer.status} ${Buffer.from(kept, 'base64url')}`;
    };
    // Nobody signs tickets here: whoever may is told so.
    for (const who of ['admin', 'organizer', 'staff'] as const)
      expect(await show(who, mine.n), who).to.match(/^303 bad:the service that signs tickets/);
    expect(await show('admin', others.n)).to.match(/signs tickets/);
    for (const who of ['organizer', 'staff'] as const)
      expect(await show(who, others.n), who).to.equal(`303 bad:there is no attendee ${others.n}`);
    const stranger = await fetch(`${gateway.url}/attendees/${mine.n}/ticket`, { method: 'POST', redirect: 'manual' });
    expect([stranger.status, stranger.headers.get('location')]).to.deep.equal([303, '/login']);
  });

  it('leaves no token in the log, whatever came of it', async () => {
    const { token } = await gateway.ticket();
    printed = '';
    await get(token);
    await get(token, { more: '/event.ics' });
    await get(`${token.slice(0, -6)}AAAAAA`);
    await get(token.replaceAll('.', '%2E'), { more: '/nowhere' });
    await fetch(`${gateway.url}/ticket/${token}`, { method: 'POST' });
    expect(printed).to.contain('/ticket/…');
    for (const part of token.split('.').filter((one) => one.length > 64))
      expect(printed).not.to.contain(part.slice(0, 40));
  });
});
