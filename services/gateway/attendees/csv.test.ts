/** Spreadsheets in and out: what is written is read as it was, and what people and Excel do to a file is understood. */
import { expect } from 'chai';
import fc from 'fast-check';
import Papa from 'papaparse';
import { cleaned } from '../../../shared/student/notes.ts';
import { attendeesCsv, MOST_ROWS, readCsv, TEMPLATE_COLUMNS, templateCsv, UnreadableCsv } from './csv.ts';
import type { Given } from './fields.ts';
import { planUpload } from './plan.ts';
import { attendeeExample } from './schema.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const read = (text: string) => readCsv(bytes(text));
const given = (text: string) => read(text).rows.map((one) => one.given);

describe('an uploaded spreadsheet', () => {
  it('is read with commas, semicolons or tabs, with a byte-order mark, with any line end', () => {
    const expected = [{ name: 'Rao; Asha', roll_number: '21CS042', year: '3' }, { name: 'Ravi, Jr.' }];
    for (const delimiter of [',', ';', '\t'])
      for (const end of ['\n', '\r\n', '\r'])
        for (const mark of ['', '\uFEFF']) {
          const lines = [
            ['Name', 'Roll No', 'Year'],
            ['"Rao; Asha"', '21CS042', '3'],
            ['"Ravi, Jr."', '', ''],
          ];
          const text = mark + lines.map((line) => line.join(delimiter)).join(end) + end;
          expect(given(text), JSON.stringify(text)).to.deep.equal(expected);
        }
    expect(given('sep=;\r\nname;section\r\nAsha;B\r\n'), 'Excel’s own line').to.deep.equal([
      { name: 'Asha', section: 'B' },
    ]);
    const wide = Buffer.from('\uFEFFname\tbranch\r\nआशा\tCSE\r\n', 'utf16le');
    expect(readCsv(wide).rows[0]?.given, 'Excel’s "Unicode text"').to.deep.equal({ name: 'आशा', branch: 'CSE' });
  });

  it('tells all faults at once, each with the row as a spreadsheet numbers it', () => {
    const { rows, faults, ignored } = read(
      [
        'name,email,Remarks',
        'Asha,asha@example.edu,vip',
        ',nobody@example.edu,',
        ',,',
        'Ravi,ravi@,',
        '"Two\nlines",two@example.edu,',
        'Zoya,zoya@example.edu,,and more',
        `${'x'.repeat(257)},,`,
        '-,x@,',
      ].join('\n'),
    );
    expect(rows.map(({ row }) => row)).to.deep.equal([2, 6]);
    expect(faults.map(({ row, field }) => [row, field])).to.deep.equal([
      [3, 'name'],
      [5, 'email'],
      [7, ''],
      [8, 'name'],
      [9, 'name'],
      [9, 'email'],
    ]);
    expect(ignored).to.deep.equal(['Remarks']);
    expect(
      read('name\n"Asha\nRavi\n').faults.map(({ field }) => field),
      'a quotation mark left open',
    ).to.deep.equal(['']);
  });

  it('is refused as a whole only where nothing in it can be trusted', () => {
    for (const text of [
      '',
      'email\nasha@example.edu',
      'name,Full Name\na,b',
      '\u0000\u0001',
      `name\n${'a\n'.repeat(MOST_ROWS + 1)}`,
    ])
      expect(() => read(text), JSON.stringify(text.slice(0, 30))).to.throw(UnreadableCsv);
    expect(() => readCsv(Uint8Array.of(0x6e, 0xe9, 0x0a))).to.throw(UnreadableCsv, 'CSV UTF-8');
    expect(read(`name\n${'a\n'.repeat(MOST_ROWS)}`).rows).to.have.length(MOST_ROWS);
  });

  it('is never a fault of ours, whatever its bytes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 400 }),
          fc.string({ unit: 'binary' }).map((text) => bytes(`name,email\n${text}`)),
        ),
        (any) => {
          try {
            const { rows, faults } = readCsv(any);
            for (const { row, given } of rows) {
              expect(row).to.be.above(1);
              expect(given.name).to.be.a('string');
            }
            for (const { row } of faults) expect(row).to.be.above(0);
          } catch (error) {
            expect(error).to.be.instanceOf(UnreadableCsv);
          }
        },
      ),
    );
  });
});

describe('a written spreadsheet', () => {
  /** Values as they can be stored. */
  const stored = fc
    .oneof(
      fc.string({ unit: 'grapheme', maxLength: 30 }),
      fc
        .tuple(fc.constantFrom('=', '+', '-', '@', "'=", "''+", '＝', '"', ';', ','), fc.string({ maxLength: 10 }))
        .map(([first, rest]) => `${first}${rest}a`),
      fc.constantFrom('a;=1+1', 'a\t=1+1', 'b";=1', ';-1;a'),
    )
    .map((text) => cleaned(text))
    .filter((text): text is string => text !== undefined);

  it('is read as it was, and no cell of it is a formula', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(stored, fc.option(stored), fc.option(stored)), { maxLength: 8 }), (people) => {
        const attendees = people.map(([name, roll_number, section]) => ({
          ...attendeeExample,
          ...{ name, roll_number, section },
        }));
        const text = attendeesCsv(attendees);
        const { rows, faults } = read(text);
        expect(faults).to.deep.equal([]);
        expect(
          rows.map(({ given: { name, roll_number, section } }) => [name, roll_number ?? null, section ?? null]),
        ).to.deep.equal(people);
        for (const delimiter of [',', ';', '\t'])
          for (const cell of Papa.parse<string[]>(text.slice(1), { delimiter }).data.flat())
            expect(cell, `as split by ${delimiter}`).to.not.match(/^[=+\-@＝＋－＠]/);
      }),
    );
  });

  it('to be filled has the columns that an upload knows', () => {
    expect(templateCsv()).to.equal(`\uFEFF"${TEMPLATE_COLUMNS.join('","')}"\r\n`);
    expect(given(`${templateCsv()}Asha,a@example.edu,R1,CSE,2,B,98,F\r\n`)[0]).to.have.all.keys(...TEMPLATE_COLUMNS);
  });
});

describe('a downloaded list that is uploaded again', () => {
  it('gives no ticket to those whose ticket was taken away', () => {
    const gone = { ...attendeeExample, id: 2, name: 'Gone', roll_number: 'R2', live: false };
    const { rows, ignored } = read(attendeesCsv([attendeeExample, gone]));
    expect(rows.map(({ ended }) => ended)).to.deep.equal([undefined, true]);
    expect(ignored).not.to.include('live');
    const { add, update, same } = planUpload(rows, []);
    expect([add.map(({ row }) => row), update, same]).to.deep.equal([[2], [], [3]]);
    expect(read('name,Live\nAsha,No\nRavi,yes\nZoya,\n').rows.map(({ ended }) => ended)).to.deep.equal([
      ...[true, undefined, undefined],
    ]);
  });
});

describe('what an uploaded list comes to', () => {
  const there = [
    { _id: 1, payment_id: null, student_key: 'R1|', details: { name: 'Asha', roll_number: 'R1' }, email: null },
    {
      _id: 2,
      payment_id: 'pay_1',
      student_key: 'R2|EXAMPLE',
      details: { name: 'Ravi', roll_number: 'R2' },
      email: null,
    },
    { _id: 3, payment_id: null, student_key: null, details: { name: 'Zoya', email: 'z@x.in' }, email: 'z@x.in' },
    { _id: 4, payment_id: null, student_key: 'R4|', details: { name: 'D', roll_number: 'R4' }, email: null },
    { _id: 5, payment_id: 'pay_2', student_key: 'R4|#pay_2', details: { name: 'D', roll_number: 'R4' }, email: null },
  ];

  it('is told by roll number, else by address and name, and nobody twice', () => {
    const plan = planUpload(
      [
        { row: 2, given: { name: 'Asha', roll_number: 'R1' } },
        { row: 3, given: { name: 'Ravi', roll_number: 'r-2', section: 'B' } },
        { row: 4, given: { name: 'zoya', email: 'Z@x.in' } },
        { row: 5, given: { name: 'New', roll_number: 'R5' } },
        { row: 6, given: { name: 'New again', roll_number: 'r5' } },
        { row: 7, given: { name: 'Sister', email: 'z@x.in' } },
        { row: 8, given: { name: 'D', roll_number: 'R4' } },
        { row: 9, given: { name: 'Nobody in particular' } },
        { row: 10, given: { name: 'Nobody in particular' } },
        { row: 11, given: { name: 'ZOYA', email: 'z@x.in', roll_number: 'R9' } },
      ],
      there,
    );
    expect(plan.same).to.deep.equal([2]);
    expect(plan.update.map(({ row, attendee }) => [row, attendee._id])).to.deep.equal([
      [3, 2],
      [4, 3],
      // Listed before without the roll number.
      [11, 3],
    ]);
    expect(plan.add.map(({ row }) => row)).to.deep.equal([5, 7, 9, 10]);
    expect(plan.faults.map(({ row }) => row)).to.deep.equal([6, 8]);
  });

  it('sends of a row what differs alone: a colleague may correct the rest meanwhile', () => {
    const payer = { _id: 6, payment_id: 'pay_3', student_key: 'R6|', email: 'payer@x.in' };
    const typed = { _id: 7, payment_id: 'pay_4', student_key: 'R7|', email: 'new@x.in' };
    const known = [
      { ...payer, details: { name: 'Esha', roll_number: 'R6', department: 'CSE' } },
      { ...typed, details: { name: 'Farid', roll_number: 'R7', email: 'farid@' } },
    ];
    const esha = { name: 'Esha', email: 'payer@x.in', roll_number: 'R6', branch: 'CSE' };
    const farid = (email: string) => ({ name: 'Farid', email, roll_number: 'R7' });
    const changes = (...rows: Given[]) =>
      planUpload(
        rows.map((given, at) => ({ row: at + 2, given })),
        known,
      ).update.map(({ attendee, given }) => [attendee._id, given]);
    // A download has the address that the mail goes to, which may be the payer's.
    expect(changes(esha, farid('new@x.in'))).to.deep.equal([]);
    expect(changes({ ...esha, section: 'B' }, farid('new@x.in'))).to.deep.equal([[6, { section: 'B' }]]);
    expect(changes({ ...esha, branch: 'ECE', gender: '-' }, farid('third@x.in'))).to.deep.equal([
      [6, { branch: 'ECE' }],
      [7, { email: 'third@x.in' }],
    ]);
  });

  it('uploaded again with more in it adds only what is more, also of people known by nothing but a name', () => {
    const guest = (_id: number, more = {}) => ({
      ...{ _id, payment_id: null, student_key: null, email: null, details: { name: 'Guest of honour' } },
      ...more,
    });
    const rows = [2, 3, 4].map((row) => ({ row, given: { name: row === 4 ? 'guest of HONOUR' : 'Guest of honour' } }));
    const others = [
      guest(7, { payment_id: 'pay_1' }),
      guest(8, { email: 'g@x.in' }),
      guest(9, { student_key: 'r1|event' }),
    ];
    const plan = planUpload(rows, [guest(5), guest(6), ...others]);
    expect(plan).to.deep.include({ same: [2, 3], update: [], faults: [] });
    expect(plan.add.map(({ row }) => row)).to.deep.equal([4]);
    const [corrected] = planUpload([{ row: 2, given: { name: 'Guest of honour', section: 'B' } }], [guest(5)]).update;
    expect(corrected?.attendee._id).to.equal(5);
    // Of two by that address and name nobody can say which got the roll number.
    const twins = [guest(5, { email: 'g@x.in' }), guest(6, { email: 'g@x.in' })];
    const numbered = { row: 2, given: { name: 'Guest of honour', email: 'g@x.in', roll_number: 'R5' } };
    expect(planUpload([numbered], twins).add).to.deep.equal([numbered]);
  });
});
