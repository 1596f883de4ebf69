/** Events: made in a minute, with what to put into a payment's notes, and how it goes. */
import { z } from 'zod';
import { dateFormat } from '../../../../../shared/date-format.ts';
import { EVENT_STATUSES } from '../../../../../shared/store/documents.ts';
import type { eventAnswer } from '../../../events/schema.ts';
import { changeStaff } from '../../../events/staff.ts';
import type { SignedIn } from '../../../http/route.ts';
import { retold } from '../../../http/validate.ts';
import { consentLine, retentionDays } from '../../../privacy/kept.ts';
import { listOwnClubMembers } from '../../../routes/club/members.ts';
import { changeEventRoute } from '../../../routes/events/change.ts';
import { createEventRoute } from '../../../routes/events/create.ts';
import { listEvents } from '../../../routes/events/list.ts';
import { readEvent } from '../../../routes/events/read.ts';
import { listEventStaff } from '../../../routes/events/staff.ts';
import { checkinsOverTime, paymentsOverTime, type Slot } from '../../../system/over-time.ts';
import { changedTicks, opened, openedField, openedTicks } from '../../changed.ts';
import { barChart } from '../../chart.ts';
import { choices, clubChoices, typed } from '../../choices.ts';
import { action, goTo, type PageCall, page } from '../../page.ts';
import { answerOf } from '../../route-answer.ts';
import { changedEventForm, eventBody, eventChange, eventForm, eventTexts, inFormWords } from './form.ts';
import { eventNote, NOTE_FIELDS, notesSample, orderSample } from './notes-sample.ts';

type EventAnswer = z.input<typeof eventAnswer>;

const RUN = ['admin', 'organizer'] as const;
const params = z.strictObject({ id: z.string().max(20) });

interface Person {
  id: number;
  username: string;
  full_name: string | null;
  role: string;
  disabled: boolean;
}

const ORDER: Record<EventAnswer['status'], number> = { open: 0, closed: 1, cancelled: 2 };

export const eventsPage = page({
  path: '/events',
  access: 'any',
  title: 'Events',
  view: 'events/list',
  nav: { label: 'Events', icon: 'events', group: 'events', order: 0 },
  async handle(call) {
    const { body } = await answerOf<EventAnswer[]>(listEvents, call, { query: { limit: '1000' } });
    return {
      events: body.sort((a, b) => ORDER[a.status] - ORDER[b.status] || b.date.localeCompare(a.date)),
      runs: call.user.role !== 'staff',
    };
  },
});

/** An organizer's event is the own club's; an admin may say whose it is. */
const clubsFor = async (call: PageCall<unknown, unknown, unknown, SignedIn>, chosen: number | null) =>
  call.user.role === 'admin' ? clubChoices(call, typed(call, 'club_id') ?? chosen) : [];

const EMPTY = {
  name: '',
  date: '',
  ends_at: '',
  venue: '',
  description: '',
  price: '',
  currency: 'INR',
  capacity: '',
  slug: '',
  timezone: 'Asia/Kolkata',
  doors_open_at: '',
  doors_close_at: '',
  closes_at: '',
  razorpay_qr_id: '',
};

export const newEventPage = page({
  path: '/events/new',
  access: RUN,
  title: 'New event',
  view: 'events/form',
  handle: async (call) => ({ event: EMPTY, id: null, statuses: [], clubs: await clubsFor(call, null) }),
});

/** @throws Problem in the words of the form */
const stored: typeof answerOf<EventAnswer> = (route, call, given) =>
  answerOf<EventAnswer>(route, call, given).catch((error: unknown) => {
    throw retold(error, (fault) => inFormWords(fault, given?.body as Record<string, unknown>));
  });

export const newEventAction = action({
  path: '/events/new',
  access: RUN,
  form: eventForm,
  shownBy: newEventPage,
  async handle(call) {
    const { body } = await stored(createEventRoute, call, { body: eventBody(call.body, 'absent') });
    return goTo(`/events/${body.id}`, {
      tone: 'good',
      text: `${body.name} is made. Below is what to put into its payments’ notes.`,
    });
  },
});

const DAY_MS = 86_400_000;
const HALF_HOUR_MS = 30 * 60_000;

/** Days and half hours as the clock at the event shows them. */
const labelled = (slots: Slot[], timeZone: string, options: Intl.DateTimeFormatOptions) => {
  const format = dateFormat('en-IN', { timeZone, hourCycle: 'h23', ...options });
  return slots.map(({ at, count }) => ({ label: format.format(at), value: count }));
};

export const eventPage = page({
  path: '/events/{id}',
  access: 'any',
  title: 'Event',
  view: 'events/detail',
  params,
  async handle(call) {
    const { gateway, user } = call;
    const { body: event } = await answerOf<EventAnswer>(readEvent, call, { params: call.params });
    const scope = { event_id: event.id };
    const now = Date.now();
    const start = new Date(event.date).getTime();
    const runs = user.role !== 'staff';
    const [days, payments, checkins, staff, people] = await Promise.all([
      retentionDays(gateway.store),
      // Whole days by UTC begin at 5:30 in India, when nobody pays: near enough for a picture.
      runs
        ? paymentsOverTime(gateway, scope, {
            from: new Date(now - 29 * DAY_MS),
            to: new Date(now),
            sizeMs: DAY_MS,
          })
        : [],
      checkinsOverTime(gateway, scope, {
        from: new Date(Math.min(start, now) - 3 * 3_600_000),
        to: new Date(Math.min(start, now) + 6 * 3_600_000),
        sizeMs: HALF_HOUR_MS,
      }),
      runs ? answerOf<Person[]>(listEventStaff, call, { params: call.params }).then(({ body }) => body) : [],
      runs ? answerOf<Person[]>(listOwnClubMembers, call, { query: { limit: '1000' } }).then(({ body }) => body) : [],
    ]);
    const given = new Set(staff.map(({ id }) => id));
    const others = people.filter(({ id, role, disabled }) => role === 'staff' && !disabled && !given.has(id));
    return {
      title: event.name,
      event,
      runs,
      doors: [...staff, ...others].map(({ id, username, full_name }) => ({
        id,
        name: full_name ?? username,
        given: given.has(id),
      })),
      was: openedTicks([...given]),
      note: eventNote(event),
      fields: NOTE_FIELDS,
      notes: notesSample(event),
      consent: consentLine(event.name, days, gateway.publicUrl),
      order: orderSample(event),
      share: event.total_attendees === 0 ? 0 : Math.round((100 * event.checked_in_count) / event.total_attendees),
      payments: barChart(labelled(payments, event.timezone, { day: 'numeric', month: 'short' }), 'payments', 1),
      checkins: barChart(labelled(checkins, event.timezone, { hour: '2-digit', minute: '2-digit' }), 'check-ins', 2),
    };
  },
});

export const editEventPage = page({
  path: '/events/{id}/edit',
  access: RUN,
  title: 'Change the event',
  view: 'events/form',
  params,
  async handle(call) {
    const { body: event } = await answerOf<EventAnswer>(readEvent, call, { params: call.params });
    const texts = eventTexts(event);
    return {
      title: `Change ${event.name}`,
      id: event.id,
      statuses: choices(EVENT_STATUSES, typed(call, 'status') ?? event.status),
      clubs: await clubsFor(call, event.club?.id ?? null),
      event: texts,
      was: opened(texts),
    };
  },
});

export const editEventAction = action({
  path: '/events/{id}/edit',
  access: RUN,
  params,
  form: changedEventForm,
  shownBy: editEventPage,
  async handle(call) {
    const { body: before } = await answerOf<EventAnswer>(readEvent, call, { params: call.params });
    const change = eventChange(call.body, before);
    if (Object.keys(change).length === 0)
      return goTo(`/events/${before.id}`, { tone: 'info', text: 'Nothing was changed.' });
    const { body } = await stored(changeEventRoute, call, { params: call.params, body: change });
    return goTo(`/events/${body.id}`, { tone: 'good', text: 'Saved. What was held because of it goes on by itself.' });
  },
});

const userId = z.string().regex(/^[1-9]\d{0,8}$/);

export const staffAction = action({
  path: '/events/{id}/staff',
  access: RUN,
  params,
  form: z.strictObject({
    user: z.union([z.array(userId).max(1_000), userId.transform((one) => [one])]).optional(),
    was: openedField,
  }),
  back: '/events/{id}',
  async handle(call) {
    const { user = [], was } = call.body;
    const { body: staff } = await answerOf<Person[]>(listEventStaff, call, { params: call.params });
    const change = changedTicks(
      user.map(Number),
      was,
      staff.map(({ id }) => id),
    );
    const at = `/events/${call.params.id}`;
    if (change.added.length + change.removed.length === 0)
      return goTo(at, { tone: 'info', text: 'Nothing was changed.' });
    await changeStaff(Number(call.params.id), change, call);
    return goTo(at, { tone: 'good', text: 'Saved. They see this event on their scanner.' });
  },
});
