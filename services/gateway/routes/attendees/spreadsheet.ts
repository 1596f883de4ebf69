/** An event's attendees as a spreadsheet: out, in, and the empty one to fill. */
import { z } from 'zod';
import type { AttendeeDoc } from '../../../../shared/store/documents.ts';
import { attendeesCsv, MOST_ROWS, TEMPLATE_COLUMNS, templateCsv } from '../../attendees/csv.ts';
import { presentAttendees } from '../../attendees/load.ts';
import { attendeeExample } from '../../attendees/schema.ts';
import { uploadAnswer, uploadAttendees } from '../../attendees/upload.ts';
import { visibleEvent } from '../../auth/scope.ts';
import { route } from '../../http/route.ts';
import { smallId } from '../ids.ts';

const ROLES = ['admin', 'organizer'] as const;
const params = z.strictObject({ id: smallId('event') });
const CSV = 'text/csv; charset=utf-8';
const FILE_HEADERS = { 'Content-Disposition': 'A file name.' };
const asFile = (name: string) => ({ 'Content-Disposition': `attachment; filename="${name}"` });

export const exportAttendees = route({
  id: 'exportAttendees',
  method: 'GET',
  path: '/api/events/{id}/export',
  tag: 'attendees',
  summary: 'An event’s attendees as CSV',
  description:
    'For a spreadsheet: UTF-8 with a byte-order mark. What a spreadsheet would run as a formula has an apostrophe before it, which an upload takes off again.',
  access: ROLES,
  params,
  answers: {
    200: {
      description: 'Everybody, also those whose ticket was taken away (`live`).',
      type: CSV,
      schema: z.string(),
      example: attendeesCsv([attendeeExample]),
      headers: FILE_HEADERS,
    },
  },
  async handle({ params: { id }, user, gateway: { store } }) {
    await visibleEvent({ store }, user, id);
    const attendees = await store.attendees.find({ event_id: id }).sort({ _id: 1 }).lean<AttendeeDoc[]>();
    return {
      status: 200,
      body: attendeesCsv(await presentAttendees(store, attendees)),
      headers: asFile(`attendees-${id}.csv`),
    };
  },
});

export const attendeesTemplate = route({
  id: 'attendeesTemplate',
  method: 'GET',
  path: '/api/events/{id}/attendees/template',
  tag: 'attendees',
  summary: 'An empty spreadsheet to fill',
  access: ROLES,
  params,
  answers: {
    200: { description: 'The header.', type: CSV, schema: z.string(), example: templateCsv(), headers: FILE_HEADERS },
  },
  async handle({ params: { id }, user, gateway }) {
    await visibleEvent(gateway, user, id);
    return { status: 200, body: templateCsv(), headers: asFile('attendees.csv') };
  },
});

export const uploadAttendeesRoute = route({
  id: 'uploadAttendees',
  method: 'POST',
  path: '/api/events/{id}/attendees/upload',
  tag: 'attendees',
  summary: 'Add and correct attendees from a spreadsheet',
  description: `CSV with a header: ${TEMPLATE_COLUMNS.join(', ')}; only name is needed, and other spellings are understood. Commas, semicolons or tabs; at most ${MOST_ROWS} rows. Whoever is there already, by roll number (else by address and name, else by the name of somebody without either), is corrected in what differs; an empty cell changes nothing. A row whose \`live\` is false, as a download has it of a ticket that was taken away, is passed over. Good rows are taken although others are not. Uploaded again it changes nothing.`,
  access: ROLES,
  params,
  body: {
    types: ['file'],
    schema: z.strictObject({ file: z.file() }),
    // Its text, as a file has none in JSON.
    example: { file: 'name,email,roll_number\nAsha Rao,asha@example.edu,21CS042\n' },
  },
  answers: {
    200: {
      description: 'What became of the rows, and every fault.',
      schema: uploadAnswer,
      example: {
        message: '118 added, 2 updated, 0 as they were, 1 faults',
        added: 118,
        updated: 2,
        skipped: 0,
        errors: [{ row: 17, field: 'email', message: 'must be an e-mail address' }],
        hints: [{ row: 40, field: 'email', message: 'did you mean asha@gmail.com?' }],
        ignored_columns: ['Remarks'],
      },
    },
  },
  problems: {
    409: 'The event is cancelled.',
    422: 'This is no CSV, has no column "name", or too many rows. Nothing was taken.',
    503: 'The bus or ticketing is away; some rows may be in. Upload the same list again.',
  },
  async handle(call) {
    const bytes = new Uint8Array(await call.body.file.arrayBuffer());
    return { status: 200, body: await uploadAttendees(call, call.params.id, bytes) };
  },
});
