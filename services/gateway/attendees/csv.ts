/**
 * Attendees as spreadsheets write and read them: semicolons, byte-order marks and `sep=` lines of Excel's, column names as
 * people spell them. What is read again is what was written, also a value that a spreadsheet would run. Pure.
 */
import Papa from 'papaparse';
import { DEFAULT_ALIASES, normalisedKey } from '../../../shared/student/aliases.ts';
import type { Fault } from '../http/validate.ts';
import { FIELD_NAMES, FIELDS, type Field, faultsOf, type Given } from './fields.ts';
import type { AttendeeAnswer } from './schema.ts';

/** What the template has; the others are understood too. */
export const TEMPLATE_COLUMNS = [
  'name',
  'email',
  'roll_number',
  'branch',
  'year',
  'section',
  'phone',
  'gender',
] as const;
const EXPORT_COLUMNS = [
  ...TEMPLATE_COLUMNS,
  ...(['college_name', 'emergency_contact_number', 'id', 'payment_id', 'live', 'seat'] as const),
  ...(['email_state', 'email_error', 'checked_in', 'checkin_time', 'gate', 'checked_in_by'] as const),
];
export const MOST_ROWS = 2_000;
const LONGEST = 256;
const BOM = '\uFEFF';

/**
 * Where a spreadsheet would see a formula begin, after the apostrophes that make it none: in a cell, and after what Excel
 * takes for a separator in some countries, quotation marks or not.
 */
const BEFORE = '((?:^|[;\\t|])["\\s]*)';
const STARTS = '([=+\\-@\\uFF1D\\uFF0B\\uFF0D\\uFF20])';
const FORMULA = new RegExp(`${BEFORE}('*)${STARTS}`, 'g');
const ESCAPED = new RegExp(`${BEFORE}('*)'${STARTS}`, 'g');
const escaped = (cell: unknown): string => String(cell).replaceAll(FORMULA, "$1$2'$3");
const unescaped = (cell: string): string => cell.replaceAll(ESCAPED, '$1$2$3');

/** With a byte-order mark, or Excel reads UTF-8 as something else. */
const written = (rows: unknown[][]): string =>
  `${BOM}${Papa.unparse(
    rows.map((cells) => cells.map(escaped)),
    { newline: '\r\n', quotes: true },
  )}\r\n`;

export const templateCsv = (): string => written([[...TEMPLATE_COLUMNS]]);
export const attendeesCsv = (attendees: readonly AttendeeAnswer[]): string =>
  written([[...EXPORT_COLUMNS], ...attendees.map((one) => EXPORT_COLUMNS.map((column) => one[column] ?? ''))]);

export interface CsvRow {
  /** As the spreadsheet numbers it: the header is 1. */
  row: number;
  given: Given;
  /** Its column `live`, which a download has, says no: the ticket was taken away. */
  ended?: true;
}
export interface RowFault extends Fault {
  row: number;
}
export interface CsvContents {
  rows: CsvRow[];
  faults: RowFault[];
  /** Columns of which nobody knows what they are. */
  ignored: string[];
}

/** The file as a whole cannot be taken. */
export class UnreadableCsv extends Error {
  override readonly name = 'UnreadableCsv';
}

/** @throws UnreadableCsv */
function decoded(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    throw new UnreadableCsv('this is no text in UTF-8; in Excel, save it as "CSV UTF-8"');
  }
}

function fieldOf(column: string): Field | undefined {
  const key = normalisedKey(column);
  return FIELD_NAMES.find((field) => field === column || DEFAULT_ALIASES[FIELDS[field]].includes(key));
}

const cellsOf = (text: string, delimiter: string, preview = 0) =>
  Papa.parse<string[]>(text, { delimiter, preview, header: false, skipEmptyLines: false });

/** The one with which the header has the most columns that are known. */
function delimiterOf(text: string): string {
  const known = (delimiter: string) =>
    (cellsOf(text, delimiter, 1).data[0] ?? []).filter((column) => fieldOf(column) !== undefined).length;
  const candidates = [',', ';', '\t', '|'].map((delimiter) => ({ delimiter, known: known(delimiter) }));
  return candidates.reduce((best, one) => (one.known > best.known ? one : best)).delimiter;
}

/** @throws UnreadableCsv */
function columnsOf(header: string[]): { columns: (Field | undefined)[]; ignored: string[] } {
  const columns = header.map(fieldOf);
  const twice = columns.find((field, i) => field !== undefined && columns.indexOf(field) !== i);
  if (twice) throw new UnreadableCsv(`two columns say the ${twice}; leave one`);
  if (!columns.includes('name'))
    throw new UnreadableCsv(
      `there is no column "name" in the first row; the columns are ${TEMPLATE_COLUMNS.join(', ')}`,
    );
  const known = (column: string, i: number) => columns[i] !== undefined || column.trim() === '' || isLive(column);
  return { columns, ignored: header.filter((column, i) => !known(column, i)) };
}

const isLive = (column: string): boolean => normalisedKey(column) === 'live';
const NO = new Set(['false', 'no', '0']);

/** Every row with what it gives, and every fault. A blank row is none; an empty cell gives nothing. @throws UnreadableCsv */
export function readCsv(bytes: Uint8Array): CsvContents {
  const whole = decoded(bytes);
  const sep = /^sep=(.)\r?\n/i.exec(whole);
  const text = sep ? whole.slice(sep[0].length) : whole;
  const { data, errors } = cellsOf(text, sep?.[1] ?? delimiterOf(text));
  const { columns, ignored } = columnsOf(data[0] ?? []);
  const live = (data[0] ?? []).findIndex(isLive);
  const filled = data.slice(1).filter((cells) => cells.some((cell) => cell.trim() !== '')).length;
  if (filled > MOST_ROWS) throw new UnreadableCsv(`at most ${MOST_ROWS} rows at once; this has ${filled}`);

  const faults: RowFault[] = errors
    .filter(({ type }) => type === 'Quotes')
    .map(({ row = 0 }) => ({ row: row + 1, field: '', message: 'has a quotation mark that is not closed' }));
  const broken = new Set(faults.map(({ row }) => row));
  const rows: CsvRow[] = [];
  for (const [index, cells] of data.entries()) {
    const row = index + 1;
    if (index === 0 || broken.has(row) || cells.every((cell) => cell.trim() === '')) continue;
    const given: Given = {};
    const found: Fault[] = [];
    if (cells.slice(columns.length).some((cell) => cell.trim() !== ''))
      found.push({ field: '', message: 'has more cells than the first row' });
    for (const [i, field] of columns.entries()) {
      const cell = unescaped((cells[i] ?? '').trim());
      if (field === undefined || cell === '') continue;
      if ([...cell].length > LONGEST) found.push({ field, message: `may have at most ${LONGEST} characters` });
      given[field] = cell;
    }
    found.push(...faultsOf({ name: '', ...given }));
    if (found.length > 0) faults.push(...found.map((fault) => ({ row, ...fault })));
    else rows.push({ row, given, ...(NO.has((cells[live] ?? '').trim().toLowerCase()) && { ended: true }) });
  }
  return { rows, faults, ignored };
}
