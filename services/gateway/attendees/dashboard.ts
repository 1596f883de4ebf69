/** An event at a glance: counts, and who comes, by branch, year and section. */
import { z } from 'zod';
import type { AttendeeDoc, EventDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { presentEvent } from '../events/present.ts';
import { eventAnswer } from '../events/schema.ts';
import { presentAttendees } from './load.ts';
import { type AttendeeAnswer, attendeeAnswer } from './schema.ts';

const counts = { total: z.int(), checked_in: z.int() };
const named = z.string().nullable().describe('Null: it is not known.');

export const dashboardAnswer = z
  .strictObject({
    event: eventAnswer,
    stats: z.strictObject({
      total_attendees: z.int(),
      checked_in: z.int(),
      not_checked_in: z.int(),
      qr_generated: z.int(),
      qr_pending: z.int().describe('Paid, and held or not settled yet.'),
      email_sent: z.int(),
      email_failed: z.int(),
    }),
    groups: z.array(
      z.strictObject({
        branch: named,
        ...counts,
        years: z.array(
          z.strictObject({
            year: named,
            ...counts,
            sections: z.array(z.strictObject({ section: named, ...counts, attendees: z.array(attendeeAnswer) })),
          }),
        ),
      }),
    ),
  })
  .meta({ id: 'Dashboard' });

/** By what they share in `field`, in the order of names, unknown last; "cse" and "CSE" are one. */
function grouped(attendees: AttendeeAnswer[], field: 'branch' | 'year' | 'section') {
  const groups = new Map<string, { name: string | null; members: AttendeeAnswer[] }>();
  for (const one of attendees) {
    const name = one[field];
    const key = name?.toLowerCase() ?? '';
    const group = groups.get(key) ?? { name, members: [] };
    group.members.push(one);
    groups.set(key, group);
  }
  return [...groups]
    .sort(([a], [b]) => (a === '' ? 1 : b === '' ? -1 : a.localeCompare(b, 'en', { numeric: true })))
    .map(([, { name, members }]) => ({
      name,
      members,
      counts: { total: members.length, checked_in: members.filter((one) => one.checked_in).length },
    }));
}

/** Pure. */
export const groupsOf = (attendees: AttendeeAnswer[]): z.input<typeof dashboardAnswer>['groups'] =>
  grouped(attendees, 'branch').map((branch) => ({
    branch: branch.name,
    ...branch.counts,
    years: grouped(branch.members, 'year').map((year) => ({
      year: year.name,
      ...year.counts,
      sections: grouped(year.members, 'section').map((section) => ({
        section: section.name,
        ...section.counts,
        attendees: section.members,
      })),
    })),
  }));

export async function dashboard(store: Store, event: EventDoc): Promise<z.input<typeof dashboardAnswer>> {
  const [shown, attendees, pending] = await Promise.all([
    presentEvent(store, event),
    store.attendees
      .find({ event_id: event._id, live: true })
      .sort({ 'details.name': 1, _id: 1 })
      .lean<AttendeeDoc[]>()
      .then((found) => presentAttendees(store, found)),
    store.payments.countDocuments({
      event_id: event._id,
      $or: [{ 'outcome.kind': 'held' }, { pending: true, attendee_id: null }],
    }),
  ]);
  const count = (is: (one: AttendeeAnswer) => boolean) => attendees.filter(is).length;
  const checkedIn = count((one) => one.checked_in);
  return {
    event: shown,
    stats: {
      total_attendees: attendees.length,
      checked_in: checkedIn,
      not_checked_in: attendees.length - checkedIn,
      qr_generated: count((one) => one.qr_generated),
      qr_pending: pending,
      email_sent: count((one) => one.email_sent),
      email_failed: count((one) => one.email_state === 'failed'),
    },
    groups: groupsOf(attendees),
  };
}
