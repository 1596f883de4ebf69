/** The outbox: what went out, what waits and until when, what failed and why. */
import { z } from 'zod';
import { MAIL_STATES } from '../../../../shared/store/documents.ts';
import { likelyMeant } from '../../../../shared/student/typo.ts';
import { habitsOf } from '../../attendees/meant.ts';
import type { MailAnswer } from '../../mails/list.ts';
import { previewMail } from '../../mails/preview.ts';
import { resendAll, resendMail } from '../../mails/resend.ts';
import { listMailsRoute, previewMailRoute } from '../../routes/mails/routes.ts';
import { eventChoices, mailStateChoices } from '../choices.ts';
import { action, goTo, type PageCall, page, Raw } from '../page.ts';
import { answerOf } from '../route-answer.ts';

const ROLES = ['admin', 'organizer'] as const;
const ROWS = '50';
const one = z.strictObject({ id: z.string().max(200) });

/** Mail → what the address of one that did not arrive was most likely meant to be. */
async function meantOf({ gateway }: Pick<PageCall, 'gateway'>, mails: MailAnswer[]): Promise<Map<string, string>> {
  const failed = mails.filter(({ state, kind }) => state === 'failed' && kind === 'ticket');
  const events = [...new Set(failed.map(({ event }) => event.id))];
  const habits = new Map(await Promise.all(events.map(async (id) => [id, await habitsOf(gateway.store, id)] as const)));
  return new Map(
    failed.flatMap(({ id, event, attendee }) => {
      const meant = attendee.email && likelyMeant(attendee.email, habits.get(event.id));
      return meant ? [[id, meant] as const] : [];
    }),
  );
}

export const mailsPage = page({
  path: '/mails',
  access: ROLES,
  title: 'Mails',
  view: 'mails/list',
  nav: { label: 'Mails', icon: 'mails', group: 'work', order: 4 },
  query: z.strictObject({
    state: z.enum(MAIL_STATES).optional(),
    event_id: z.string().max(10).optional(),
    cursor: z.string().max(500).optional(),
  }),
  async handle(call) {
    const { state, event_id } = call.query;
    const [{ body, next }, events] = await Promise.all([
      answerOf<MailAnswer[]>(listMailsRoute, call, { query: { ...call.query, limit: ROWS } }),
      eventChoices(call, event_id),
    ]);
    const meant = await meantOf(call, body);
    return {
      next,
      mails: body.map((mail) => ({
        ...mail,
        again: ['owed', 'failed', 'sent'].includes(mail.state),
        meant: meant.get(mail.id) ?? null,
        correct: mail.payment_id ? `/payments/${mail.payment_id}/details` : `/attendees/${mail.attendee.id}`,
      })),
      events,
      states: mailStateChoices(state),
      state: state ?? '',
      event_id: event_id ?? '',
      filtered: state !== undefined || event_id !== undefined,
      bulk: (state === 'failed' || state === 'owed') && body.length > 0,
    };
  },
});

export const mailPage = page({
  path: '/mails/{id}',
  access: ROLES,
  title: 'Mail',
  view: 'mails/preview',
  params: one,
  async handle(call) {
    const { body: preview } = await answerOf<Awaited<ReturnType<typeof previewMail>>>(previewMailRoute, call, {
      params: call.params,
    });
    return { title: preview.subject, preview, id: call.params.id };
  },
});

/** Only its own styles and pictures, no script, and no way out of its frame. */
const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'; base-uri 'none'; form-action 'none'";

export const MAIL_HEADERS = { 'Content-Security-Policy': MAIL_POLICY, 'X-Frame-Options': 'SAMEORIGIN' };

export const mailBody = page({
  path: '/mails/{id}/body',
  access: ROLES,
  title: 'Mail',
  params: one,
  async handle(call) {
    const { html } = await previewMail(call, call.params.id);
    return new Raw('text/html; charset=utf-8', html, MAIL_HEADERS);
  },
});

export const resendMailAction = action({
  path: '/mails/{id}/resend',
  access: ROLES,
  params: one,
  back: '/mails',
  async handle(call) {
    await resendMail(call, call.params.id);
    return goTo(call.cameFrom ?? '/mails', { tone: 'good', text: 'It is sent again now.' });
  },
});

export const resendMailsAction = action({
  path: '/mails/resend',
  access: ROLES,
  form: z.strictObject({ state: z.enum(['owed', 'failed']), event_id: z.string().max(10) }),
  back: '/mails',
  async handle(call) {
    const { state, event_id } = call.body;
    const { owed, refused } = await resendAll(call, { state, ...(event_id !== '' && { event_id: Number(event_id) }) });
    const no = refused.length === 0 ? '' : ` ${refused.length} could not be: ${refused[0]?.reason}.`;
    return goTo(call.cameFrom ?? '/mails', {
      tone: 'good',
      text: `${owed.length} ${owed.length === 1 ? 'mail is' : 'mails are'} sent again now.${no}`,
    });
  },
});
