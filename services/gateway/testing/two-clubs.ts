/** What an organizer and the door staff may see, beside what they may not: another club's, and what is no club's. */
import { NO_TEMPLATE } from '../../../shared/mail-template/template.ts';
import type { Store } from '../../../shared/store/index.ts';
import { attendee, club, event, payId, payment, ticketMail } from './documents.ts';

export const OWN = 1;
export const OTHER_CLUB = 950;
export const OTHERS = { 'another club’s': 2, 'no club’s': 3 };
/** Stands in every name of what is another's, and of one's own. */
export const HIDDEN = 'HIDDEN';
export const SHOWN = 'SHOWN';

/** The id of the one payment, attendee, mail or event of an event. */
export const idOf = (subject: string, eventId: number): string =>
  subject === 'payments' ? payId(eventId) : subject === 'mails' ? `${eventId}:ticket:1` : String(eventId);

export async function layOtherClub({ clubs }: Store): Promise<void> {
  await clubs.create(club(OTHER_CLUB, { name: `${HIDDEN} club` }));
}

/** In place of whatever is there: three events, each with a payment that is held, an attendee, a mail that failed and a mail template. */
export async function layEvents({ events, payments, attendees, mails, mailTemplates }: Store): Promise<void> {
  await Promise.all([
    events.deleteMany({}),
    payments.deleteMany({}),
    attendees.deleteMany({}),
    mails.deleteMany({}),
    mailTemplates.deleteMany({}),
  ]);
  const laid = [
    event(OWN, { name: SHOWN }),
    event(OTHERS['another club’s'], { name: HIDDEN, club_id: OTHER_CLUB, staff: [] }),
    event(OTHERS['no club’s'], { name: HIDDEN, club_id: null, staff: [] }),
  ];
  const of = laid.map(({ _id: id, name }) => ({ id, name, details: { name, roll_number: `R${id}` } }));
  const outcome = { kind: 'held' as const, reason: 'underpaid' as const, since: new Date() };
  await Promise.all([
    events.insertMany(laid),
    attendees.insertMany(
      of.map(({ id, details }) =>
        attendee(id, { event_id: id, details, ticket: { ...attendee(id).ticket, event_id: id } }),
      ),
    ),
    mails.insertMany(
      of.map(({ id, name }) => ticketMail(id, { event_id: id, state: 'failed', to: `${name}@example.edu` })),
    ),
    mailTemplates.insertMany(
      of.map(({ id, name }) => ({
        _id: id,
        ...NO_TEMPLATE,
        subject: name,
        updated_at: new Date(),
        updated_by: 'admin',
      })),
    ),
    payments.insertMany(of.map(({ id, details }) => payment(id, { event_id: id, attendee_id: id, details, outcome }))),
  ]);
}
