/**
 * The ticket's page, which the link in its mail opens. The token in the path is the whole proof, so nothing keeps or hands
 * on the address: no cache, no search engine, no Referer, and our logs cut it (docs/security.md says why it is in the path).
 */
import { z } from 'zod';
import { Problem } from '../../../../shared/http/problem.ts';
import { calendarFile } from '../../../../shared/ticket/calendar.ts';
import { ticketQr } from '../../../../shared/ticket/qr.ts';
import type { OpenedTicket } from '../../ticket-page/open.ts';
import { ticketFacts, ticketView } from '../../ticket-page/words.ts';
import { type PageCall, page, Raw } from '../page.ts';

const params = z.strictObject({ token: z.string() });
const headers = { 'Referrer-Policy': 'no-referrer', 'X-Robots-Tag': 'noindex, nofollow, noarchive' };

const NONE = { title: 'No ticket', status: 404, ticket: null };

const opened = ({ params: { token }, gateway, address }: PageCall<{ token: string }>): Promise<OpenedTicket | null> =>
  gateway.ticketPages.open(gateway, { token, address });

export const ticketPage = page({
  path: '/ticket/{token}',
  access: 'public',
  title: 'Your ticket',
  view: 'ticket',
  params,
  scripts: ['ticket.js'],
  headers,
  async handle(call) {
    const found = await opened(call);
    if (!found) return NONE;
    const view = ticketView(found, new Date());
    return {
      title: 'Your ticket',
      status: view.status,
      ticket: {
        ...view,
        ...ticketFacts(found),
        token: call.params.token,
        qr: view.shows ? `data:image/png;base64,${ticketQr(call.params.token).toString('base64')}` : '',
      },
    };
  },
});

export const ticketCalendar = page({
  path: '/ticket/{token}/event.ics',
  access: 'public',
  title: 'Your ticket',
  params,
  headers,
  async handle(call) {
    const found = await opened(call);
    if (!found) throw new Problem(404, { detail: 'this is no ticket of ours' });
    const { shows, text } = ticketView(found, new Date());
    if (!shows) throw new Problem(410, { detail: text });
    return new Raw('text/calendar; charset=utf-8; method=PUBLISH', calendarFile(found.event, found.claims.ticket), {
      'Content-Disposition': 'attachment; filename="event.ics"',
    });
  },
});
