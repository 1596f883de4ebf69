/** An uploaded list: every row that is good becomes an attendee or corrects one; every fault comes back with its row. */
import { z } from 'zod';
import { Problem } from '../../../shared/http/problem.ts';
import type { AttendeeDoc } from '../../../shared/store/documents.ts';
import { domainHabits, likelyMeant } from '../../../shared/student/typo.ts';
import { visibleEvent } from '../auth/scope.ts';
import { type Asker, admit, admitted, changeAttendee } from './change.ts';
import { type CsvContents, type CsvRow, type RowFault, readCsv, UnreadableCsv } from './csv.ts';
import { detailsOf } from './fields.ts';
import { type Known, planUpload } from './plan.ts';

export const uploadAnswer = z
  .strictObject({
    message: z.string(),
    added: z.int(),
    updated: z.int(),
    skipped: z.int().describe('Rows that say what is here already, or whose `live` is false.'),
    errors: z.array(
      z.strictObject({
        row: z.int().describe('As a spreadsheet numbers it; the header is 1.'),
        field: z.string().describe('"": the row as a whole.'),
        message: z.string(),
      }),
    ),
    hints: z
      .array(z.strictObject({ row: z.int(), field: z.string(), message: z.string() }))
      .describe('What looks mistyped; its rows are taken all the same.'),
    ignored_columns: z.array(z.string()).describe('Columns of which nobody knows what they are.'),
  })
  .meta({ id: 'UploadResult' });

/** Of what is taken: an address one slip away from what everybody has. */
function hintsOf(rows: readonly CsvRow[], there: readonly Known[]): RowFault[] {
  const addressOf = ({ given }: CsvRow) => detailsOf(given).email ?? null;
  const habits = domainHabits([...there.map(({ email }) => email), ...rows.map(addressOf)]);
  return rows.flatMap((one) => {
    const address = addressOf(one);
    const meant = address && likelyMeant(address, habits);
    return meant ? [{ row: one.row, field: 'email', message: `did you mean ${meant}?` }] : [];
  });
}

/** A request to ticketing stays short, whatever the list's length. */
const AT_ONCE = 50;
const PATIENCE_MS = 60_000;

function contents(bytes: Uint8Array): CsvContents {
  try {
    return readCsv(bytes);
  } catch (error) {
    if (!(error instanceof UnreadableCsv)) throw error;
    throw new Problem(422, { detail: error.message }, { cause: error });
  }
}

async function added(call: Asker, eventId: number, rows: CsvRow[], faults: RowFault[]): Promise<number> {
  let count = 0;
  for (let i = 0; i < rows.length; i += AT_ONCE) {
    const some = rows.slice(i, i + AT_ONCE);
    const admissions = await admit(
      call,
      eventId,
      some.map(({ given }) => admitted(given)),
      PATIENCE_MS,
    );
    for (const [n, { row }] of some.entries()) {
      const kind = admissions[n]?.kind;
      if (kind === 'added') count++;
      else if (kind === 'there')
        faults.push({ row, field: 'roll_number', message: 'got a ticket at this very moment; upload the list again' });
      else faults.push({ row, field: '', message: 'the event is full' });
    }
  }
  return count;
}

/** What cannot be changed is a fault of its row; a bus that is away is everybody's. */
async function updated(call: Asker, rows: ReturnType<typeof planUpload>['update'], faults: RowFault[]) {
  let count = 0;
  for (const { row, attendee, given } of rows)
    try {
      await changeAttendee(call, attendee._id, given);
      count++;
    } catch (error) {
      if (!(error instanceof Problem) || error.status >= 500) throw error;
      faults.push({ row, field: '', message: error.fields.detail });
    }
  return count;
}

/** @throws Problem 404, 409, 422, 503; after a 503 the same list can be uploaded again */
export async function uploadAttendees(
  call: Asker,
  eventId: number,
  bytes: Uint8Array,
): Promise<z.input<typeof uploadAnswer>> {
  const { store } = call.gateway;
  await visibleEvent(call.gateway, call.user, eventId);
  const { rows, faults, ignored } = contents(bytes);
  const there = await store.attendees
    .find({ event_id: eventId, live: true }, { payment_id: 1, student_key: 1, details: 1, email: 1 })
    .lean<(Known & AttendeeDoc)[]>();
  const plan = planUpload(rows, there);
  faults.push(...plan.faults);
  const changed = await updated(call, plan.update, faults);
  const made = await added(call, eventId, plan.add, faults);
  return {
    message: `${made} added, ${changed} updated, ${plan.same.length} as they were, ${faults.length} faults`,
    added: made,
    updated: changed,
    skipped: plan.same.length,
    errors: faults.sort((a, b) => a.row - b.row),
    hints: hintsOf(rows, there).filter(({ row }) => !faults.some((fault) => fault.row === row)),
    ignored_columns: ignored,
  };
}
