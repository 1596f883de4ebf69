/** What became of the histories: the store, the inbox and the model side by side. */
import type { AttendeeDoc } from '../../shared/store/documents.ts';
import { type Case, differences } from './compare.ts';
import { type Booked, expected } from './model.ts';
import type { Played, Theatre } from './play.ts';

/** Each payment of these histories as a case. */
export async function casesOf({ world }: Theatre, all: readonly Played[]): Promise<Case[][]> {
  const ids = all.flatMap(({ made }) => made.map(({ id }) => id));
  const books = new Map((await world.razorpay.control<Booked[]>('/payments')).map((booked) => [booked.id, booked]));
  const payments = await world.store.payments.find({ _id: { $in: ids } }).lean();
  const attendees = await world.store.attendees.find({ payment_id: { $in: ids } }).lean();
  const mails = await world.store.mails.find({ payment_id: { $in: ids } }).lean();
  const now = Date.now() / 1_000;
  return all.map(({ made, stage }) =>
    made.map(({ id, edited, decided }) => {
      const stored = {
        payment: payments.find(({ _id }) => _id === id),
        attendees: attendees.filter(({ payment_id }) => payment_id === id),
        mails: mails.filter(({ payment_id }) => payment_id === id),
      };
      const went = {
        stays: edited && stored.attendees.length > 0,
        learnt: { order: stored.payment?.order !== undefined, qr: stored.payment?.qr !== undefined },
      };
      return { id, edited, stored, expected: expected(books.get(id) as Booked, decided, stage, now, went) };
    }),
  );
}

/** Every difference of every history, each with where it is. */
export async function review(theatre: Theatre, all: readonly Played[]): Promise<string[]> {
  const inbox = theatre.world.mails.summaries();
  const cases = await casesOf(theatre, all);
  return cases.flatMap((of, index) => {
    const others: AttendeeDoc[] = of.flatMap(({ stored }) => stored.attendees);
    return of.flatMap((one, nth) =>
      differences(one, others, all[index]?.seats ?? 1, inbox).map(
        (difference) => `history ${index}, payment ${nth} (${one.id}): ${difference}`,
      ),
    );
  });
}
