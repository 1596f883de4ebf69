/** An event's attendees: looked for, added by hand or from a spreadsheet, corrected, mailed again. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { MAIL_STATES } from '../../../../shared/store/documents.ts';
import { chosenAddress, meantAddress } from '../../attendees/meant.ts';
import type { AttendeeAnswer } from '../../attendees/schema.ts';
import type { uploadAnswer } from '../../attendees/upload.ts';
import type { eventAnswer } from '../../events/schema.ts';
import type { Call } from '../../http/route.ts';
import { addAttendeeRoute, listAttendeesRoute } from '../../routes/attendees/of-event.ts';
import { changeAttendeeRoute, readAttendee, removeAttendeeRoute } from '../../routes/attendees/one.ts';
import { sendEmailRoute } from '../../routes/attendees/send.ts';
import { uploadAttendeesRoute } from '../../routes/attendees/spreadsheet.ts';
import { readEvent } from '../../routes/events/read.ts';
import { smallId } from '../../routes/ids.ts';
import { showTicket } from '../../ticket-page/show.ts';
import { changedFields, opened, openedField } from '../changed.ts';
import { mailStateChoices } from '../choices.ts';
import { action, goTo, page } from '../page.ts';
import { answerOf } from '../route-answer.ts';

type Upload = z.input<typeof uploadAnswer>;

const ROLES = ['admin', 'organizer'] as const;
const params = z.strictObject({ id: z.string().max(20) });

/** As the spreadsheet's columns are called. */
const FIELDS = [
  { name: 'name', label: 'Name', required: true },
  { name: 'roll_number', label: 'Roll number', required: false },
  { name: 'email', label: 'E-mail', required: false },
  { name: 'branch', label: 'Branch', required: false },
  { name: 'year', label: 'Year', required: false },
  { name: 'section', label: 'Section', required: false },
  { name: 'phone', label: 'Phone', required: false },
  { name: 'gender', label: 'Gender', required: false },
] as const;
type Field = (typeof FIELDS)[number]['name'];

const form = z.strictObject({
  ...(Object.fromEntries(FIELDS.map(({ name }) => [name, z.string().max(256).optional()])) as Record<
    Field,
    z.ZodOptional<z.ZodString>
  >),
  /** What was suggested in place of the address, and chosen; or that it is right as it was typed. */
  meant: z.string().max(256).optional(),
  sure: z.literal('yes').optional(),
});
type Form = z.output<typeof form>;

/** The hidden field that makes a form sent twice one attendee. It comes from outside: what no page of ours wrote was not sent. */
const requestField = z.uuid().optional().catch(undefined);

/** The fields with the address that is to be taken; or what to ask about it first. */
async function settledFields({ gateway }: Pick<Call, 'gateway'>, eventId: number, { meant, sure, ...fields }: Form) {
  const address = fields.email?.trim();
  if (!address) return { fields, ask: null };
  const chosen = await chosenAddress(gateway.store, eventId, { address, meant, sure: sure === 'yes' });
  return 'ask' in chosen ? { fields, ask: chosen.ask } : { fields: { ...fields, email: chosen.address }, ask: null };
}

const textsOf = (attendee: AttendeeAnswer) =>
  Object.fromEntries(FIELDS.map(({ name }) => [name, attendee[name] ?? '']));

const fieldsOf = (attendee: { [F in Field]?: string | null | undefined }) =>
  FIELDS.map((field) => ({ ...field, optional: !field.required, value: attendee[field.name] ?? '' }));

export const attendeesPage = page({
  path: '/events/{id}/attendees',
  access: ROLES,
  title: 'Attendees',
  view: 'attendees/list',
  params,
  query: z.strictObject({
    search: z.string().max(200).optional(),
    checked_in: z.enum(['true', 'false']).optional(),
    email_state: z.enum(MAIL_STATES).optional(),
    cursor: z.string().max(500).optional(),
  }),
  async handle(call) {
    const { search, checked_in, email_state } = call.query;
    const [{ body: event }, { body: attendees, next }] = await Promise.all([
      answerOf<z.input<typeof eventAnswer>>(readEvent, call, { params: call.params }),
      answerOf<AttendeeAnswer[]>(listAttendeesRoute, call, {
        params: call.params,
        query: { ...call.query, limit: '100' },
      }),
    ]);
    return {
      title: `Attendees of ${event.name}`,
      event,
      attendees: attendees.map((one) => ({
        ...one,
        group: [one.branch, one.year, one.section].filter(Boolean).join(' '),
      })),
      next,
      search: search ?? '',
      doors: [
        { value: 'true', label: 'In', chosen: checked_in === 'true' },
        { value: 'false', label: 'Not yet', chosen: checked_in === 'false' },
      ],
      mails: mailStateChoices(email_state),
      filtered: search !== undefined || checked_in !== undefined || email_state !== undefined,
      fields: fieldsOf({}),
      request: call.given?.values.request ?? randomUUID(),
      ask: null as string | null,
      upload: null as Upload | null,
    };
  },
});

export const addAttendeeAction = action({
  path: '/events/{id}/attendees',
  access: ROLES,
  params,
  form: form.extend({ request: requestField }),
  shownBy: attendeesPage,
  async handle(call) {
    // Whose event it is comes first: what others have is told to nobody else.
    await answerOf(readEvent, call, { params: call.params });
    const { request, ...typed } = call.body;
    const { fields, ask } = await settledFields(call, Number(call.params.id), typed);
    if (ask !== null) {
      const shown = (await attendeesPage.handle({ ...call, query: {} })) as Record<string, unknown>;
      return { ...shown, fields: fieldsOf(fields), ask, request: request ?? shown.request };
    }
    const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value?.trim()));
    const { body } = await answerOf<AttendeeAnswer>(addAttendeeRoute, call, {
      params: call.params,
      headers: { 'idempotency-key': request },
      body: { name: '', ...given },
    });
    return goTo(
      `/attendees/${body.id}`,
      body.live
        ? { tone: 'good', text: `${body.name} has a ticket now.` }
        : { tone: 'bad', text: 'This form was sent before, and the ticket that it gave was taken away since.' },
    );
  },
});

export const uploadAction = action({
  path: '/events/{id}/attendees/upload',
  access: ROLES,
  params,
  types: ['form', 'file'],
  form: z.looseObject({}),
  shownBy: attendeesPage,
  async handle(call) {
    const { body } = await answerOf<Upload>(uploadAttendeesRoute, call, { params: call.params, body: call.body });
    const shown = await attendeesPage.handle({ ...call, query: {} });
    return { ...(shown as Record<string, unknown>), upload: body };
  },
});

export const attendeePage = page({
  path: '/attendees/{id}',
  access: ROLES,
  title: 'Attendee',
  view: 'attendees/detail',
  params,
  async handle(call) {
    const { body: attendee } = await answerOf<AttendeeAnswer>(readAttendee, call, { params: call.params });
    const { body: event } = await answerOf<z.input<typeof eventAnswer>>(readEvent, call, {
      params: { id: String(attendee.event_id) },
    });
    return {
      title: attendee.name ?? `Attendee ${attendee.id}`,
      attendee,
      event,
      fields: fieldsOf(attendee),
      was: opened(textsOf(attendee)),
      erasing: `/attendees/${attendee.id}/erase`,
      ask: null as string | null,
      at: `/attendees/${attendee.id}`,
      meant: attendee.live ? await meantAddress(call.gateway.store, attendee.event_id, attendee.email) : null,
    };
  },
});

export const changeAttendeeAction = action({
  path: '/attendees/{id}',
  access: ROLES,
  params,
  form: form.extend({ was: openedField }),
  shownBy: attendeePage,
  async handle(call) {
    const { body: before } = await answerOf<AttendeeAnswer>(readAttendee, call, { params: call.params });
    const { was, meant, sure, ...typed } = call.body;
    const { fields: changed, ask } = await settledFields(call, before.event_id, {
      ...changedFields(typed, was, textsOf(before)),
      meant,
      sure,
    });
    if (ask !== null) {
      const shown = await attendeePage.handle({ ...call, query: undefined });
      const fields = fieldsOf({ ...before, ...typed });
      return { ...(shown as Record<string, unknown>), fields, ask, meant: null, was: was ?? '' };
    }
    if (Object.keys(changed).length === 0)
      return goTo(`/attendees/${before.id}`, { tone: 'info', text: 'Nothing was changed.' });
    await answerOf(changeAttendeeRoute, call, { params: call.params, body: changed });
    return goTo(`/attendees/${before.id}`, {
      tone: 'good',
      text:
        'email' in changed
          ? `Saved. ${before.live ? 'The ticket' : 'Its cancellation'} goes to the new address at once.`
          : 'Saved.',
    });
  },
});

export const sendAttendee = action({
  path: '/attendees/{id}/send',
  access: ROLES,
  params,
  back: '/attendees/{id}',
  async handle(call) {
    await answerOf(sendEmailRoute, call, { params: call.params });
    return goTo(call.cameFrom ?? `/attendees/${call.params.id}`, { tone: 'good', text: 'The ticket is on its way.' });
  },
});

/** For somebody without a phone: on this screen, or printed from there. Also for the door, which may let them in by hand. */
export const showAttendeesTicket = action({
  path: '/attendees/{id}/ticket',
  access: 'any',
  params: z.strictObject({ id: smallId('attendee') }),
  back: '/',
  handle: async (call) => goTo(await showTicket(call, call.params.id)),
});

export const removeAttendee = action({
  path: '/attendees/{id}/remove',
  access: ROLES,
  params,
  back: '/attendees/{id}',
  async handle(call) {
    await answerOf(removeAttendeeRoute, call, { params: call.params });
    return goTo(`/attendees/${call.params.id}`, { tone: 'good', text: 'The ticket opens no door any more.' });
  },
});
