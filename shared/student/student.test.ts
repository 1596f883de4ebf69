import { expect } from 'chai';
import fc from 'fast-check';
import { notePairs } from '../razorpay/facts.ts';
import { usableAddress } from './address.ts';
import { DEFAULT_ALIASES, extendedAliases, normalisedKey } from './aliases.ts';
import { NOTE_FIELDS, type NoteField } from './fields.ts';
import { furtherKey, furtherKeys, isStudents, keysOfRoll, studentKey } from './key.ts';
import { cleaned, noteFieldNames, noteFields } from './notes.ts';

const fields = (notes: unknown, aliases = DEFAULT_ALIASES) => noteFields(notePairs(notes), aliases);

describe('notes', () => {
  it('are read whatever case, spaces and punctuation their keys were typed in', () => {
    expect(
      fields({
        'Student Name': ' Asha  Rao ',
        'ROLL NO.': '21CS042',
        'College-Name': 'Example Institute',
        'Dept.': 'CSE',
        'WhatsApp No': 9800000001,
        'e-mail': 'asha@example.edu',
      }),
    ).to.deep.equal({
      name: 'Asha Rao',
      roll_number: '21CS042',
      college_name: 'Example Institute',
      department: 'CSE',
      phone: '9800000001',
      email: 'asha@example.edu',
    });
  });

  it('know the spellings that colleges and form builders use', () => {
    const spellings: Record<string, string> = {
      name: 'Name, Student Name, Full_Name, Participant name, ATTENDEE NAME, Candidate-Name, Your Name',
      roll_number:
        'Roll Number, Roll No., ROLL, rollNum, USN, P.R.N., Reg. No, Reg Number, Registration No, Registration Number, ' +
        'Register Number, Enrolment No, Enrollment No, Enrolment Number, Enrollment Number, Admission No., Student ID, ' +
        'Student Roll Number, University Roll Number, Hall Ticket No, Hall-Ticket Number',
      college_name:
        'College Name, College, Institute, Institution, Institute Name, Institution Name, University, University Name, ' +
        'School, Campus',
      department: 'Department, Dept., Branch, Stream, Discipline, Department Name, Branch Name',
      phone:
        'Phone, Phone Number, Phone No., Mobile, Mobile Number, Mobile No, Contact, Contact Number, Contact No., ' +
        'WhatsApp, WhatsApp Number, Whatsapp no',
      emergency_contact_number:
        'Emergency Contact Number, Emergency Contact, Emergency Contact No., Emergency Number, Emergency Phone, ' +
        'Emergency No, Parent Contact, Parent Phone, Parent Number, Guardian Contact, Guardian Phone, Guardian Number',
      email: 'E-mail, Email ID, Email Address, Mail, Mail Id, Student Email',
      year_of_study: 'Year of Study, Year, Study Year, Current Year, Academic Year',
      section: 'Section, Class Section, Division, Sec.',
      gender: 'Gender, Sex',
      event_id: 'Event ID, Event, Event Slug, Event Code',
    };
    expect(Object.keys(spellings)).to.deep.equal([...NOTE_FIELDS]);
    for (const [field, keys] of Object.entries(spellings)) {
      for (const key of keys.split(', ')) expect(fields({ [key]: '1' }), key).to.deep.equal({ [field]: '1' });
      expect(DEFAULT_ALIASES[field as NoteField], field).to.have.length(keys.split(', ').length);
    }
  });

  it('give a field by the first spelling in our order that says something, wherever it stands', () => {
    expect(fields({ usn: '2', roll_number: '1' })).to.deep.equal({ roll_number: '1' });
    expect(fields({ usn: '2', roll_number: '-' })).to.deep.equal({ roll_number: '2' });
    // One key in two spellings: the one that sorts first.
    expect(fields({ 'roll no': '2', 'Roll No': '1' })).to.deep.equal({ roll_number: '1' });
    expect(fields({ 'roll no': '2', 'Roll No': '' })).to.deep.equal({ roll_number: '2' });
  });

  it('do not depend on case, spaces and punctuation of any key, nor on any script’s', () => {
    const pieces = fc.constantFrom(' ', '_', '-', '.', ':', '  ', '\u200b', '(', ')', '*', '');
    const typed = fc
      .tuple(fc.constantFrom(...NOTE_FIELDS), fc.nat())
      .chain(([field, pick]) => {
        const known = DEFAULT_ALIASES[field];
        const letters = [...(known[pick % known.length] as string)];
        return fc.tuple(
          fc.constant(field),
          fc.tuple(...letters.map((letter) => fc.tuple(fc.boolean(), pieces, fc.constant(letter)))),
        );
      })
      .map(([field, letters]) => ({
        field,
        key: letters.map(([upper, piece, letter]) => (upper ? letter.toUpperCase() : letter) + piece).join(''),
      }));
    fc.assert(
      fc.property(typed, ({ field, key }) => {
        expect(fields({ [key]: 'x' })).to.deep.equal({ [field]: 'x' });
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (key) => {
        expect(normalisedKey(normalisedKey(key))).to.equal(normalisedKey(key));
      }),
    );
    expect(normalisedKey('ＲＯＬＬ　Ｎｏ．')).to.equal('rollno');
    expect(normalisedKey('छात्र का नाम!')).to.equal('छात्रकानाम');
  });

  it('keep a value as it was typed, in one line of at most 256 characters', () => {
    expect(cleaned(' Asha \t\n  Rao ')).to.equal('Asha Rao');
    expect(cleaned('e\u0301')).to.equal('\u00e9');
    expect(cleaned('आशा राव')).to.equal('आशा राव');
    expect(cleaned('x'.repeat(256))).to.equal('x'.repeat(256));
    expect(cleaned('x'.repeat(300))).to.equal('x'.repeat(256));
    // Cut in the middle of a character or before a word: neither half of it nor a space stays.
    expect(cleaned(`${'x'.repeat(255)}𝓐`)).to.equal('x'.repeat(255));
    expect(cleaned(`${'x'.repeat(255)} word`)).to.equal('x'.repeat(255));
    expect(cleaned(`x${'𝓐'.repeat(127)}`)).to.equal(`x${'𝓐'.repeat(127)}`);
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', ' ', '𝓐', '-', '\r'), maxLength: 300, size: 'max' }),
        (value) => {
          const text = cleaned(value);
          if (text === undefined) return;
          expect(cleaned(text)).to.equal(text);
          expect(text).to.not.match(/\p{Surrogate}/u);
        },
      ),
    );
  });

  it('say nothing with dashes, dots, invisible characters and the words that programs put for nothing', () => {
    for (const nothing of [
      '',
      ' ',
      '-',
      '--',
      '---',
      '.',
      '…',
      '_',
      '\u200b',
      '\u202e',
      '(?)',
      'N/A',
      'null',
      'undefined',
    ])
      expect(cleaned(nothing), JSON.stringify(nothing)).to.equal(undefined);
    for (const nothing of ['None', 'NIL', ' nil ']) expect(cleaned(nothing), nothing).to.equal(undefined);
    for (const something of ['0', 'Nila', 'None Such', 'क', '7-B']) expect(cleaned(something)).to.equal(something);
  });

  it('may be an object, a list, empty or null, with numbers in them', () => {
    for (const nothing of [null, undefined, [], {}, 'text', { name: null }, { name: '' }, { name: 'N/A' }])
      expect(fields(nothing)).to.deep.equal({});
    expect(fields({ roll_number: 42 })).to.deep.equal({ roll_number: '42' });
  });

  it('lose control characters, so that no mail header or log line can be forged', () => {
    expect(cleaned('Asha\r\nBcc: a@b.cd\u0000')).to.equal('Asha Bcc: a@b.cd');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const text = cleaned(value);
        expect(text ?? '').to.not.match(/[\p{Cc}]/u);
        expect(text === undefined || (text.length > 0 && text.length <= 256)).to.equal(true);
      }),
    );
  });

  it('may give first and last name apart', () => {
    expect(fields({ 'First Name': 'Asha', 'Last Name': 'Rao', USN: '1' })).to.deep.equal({
      name: 'Asha Rao',
      roll_number: '1',
    });
    expect(fields({ 'First Name': 'Asha', name: 'Asha R.' })).to.deep.equal({ name: 'Asha R.' });
    expect(fields({ 'First Name': 'Asha' })).to.deep.equal({ name: 'Asha' });
    expect(fields({ Surname: 'Rao' })).to.deep.equal({ name: 'Rao' });
    expect(fields({ Surname: 'Iyer', 'Last Name': 'Rao', 'First Name': 'Asha' })).to.deep.equal({ name: 'Asha Rao' });
    for (const key of ['last-name', 'SURNAME'])
      expect([...noteFieldNames(notePairs({ [key]: 'x' }), DEFAULT_ALIASES)], key).to.deep.equal(['name']);
    expect([...noteFieldNames(notePairs({ USN: 'x' }), DEFAULT_ALIASES)]).to.deep.equal(['roll_number']);
    expect([...noteFieldNames(notePairs({ 'First Name': 'x' }), DEFAULT_ALIASES)]).to.deep.equal(['name']);
  });

  it('do not reach into objects’ prototypes', () => {
    expect(fields(JSON.parse('{"__proto__": "x", "constructor": "y", "name": "Asha"}'))).to.deep.equal({
      name: 'Asha',
    });
  });

  it('can be told by their keys alone', () => {
    const stripped = notePairs({ 'Full Name': 'x', USN: 'y', product: 'z' }).map(({ key }) => ({ key, value: '' }));
    expect([...noteFieldNames(stripped, DEFAULT_ALIASES)]).to.deep.equal(['name', 'roll_number']);
  });

  it('have no alias that means two fields', () => {
    const all = NOTE_FIELDS.flatMap((field) => [...DEFAULT_ALIASES[field]]);
    expect(new Set(all).size).to.equal(all.length);
  });
});

describe('NOTES_ALIASES', () => {
  it('adds spellings, and keeps ours', () => {
    const aliases = extendedAliases('roll_number=Seat No|Ticket No; college_name = Campus Name');
    expect(fields({ 'seat no': '7', 'Campus name': 'X', name: 'A' }, aliases)).to.deep.equal({
      roll_number: '7',
      college_name: 'X',
      name: 'A',
    });
    expect(fields({ 'Seat = No': '7' }, extendedAliases('roll_number=Seat=No'))).to.deep.equal({ roll_number: '7' });
    for (const nothing of ['', ' ', ';', ' ; ;'])
      expect(extendedAliases(nothing), nothing).to.deep.equal(DEFAULT_ALIASES);
    expect(extendedAliases('name=Student;name=Applicant').name).to.deep.equal([
      ...DEFAULT_ALIASES.name,
      'student',
      'applicant',
    ]);
    expect(extendedAliases('name=NAME').name).to.deep.equal(DEFAULT_ALIASES.name);
  });

  it('says which part it cannot read', () => {
    expect(() => extendedAliases('rollno=Seat')).to.throw(
      `"rollno" is no field of ours; the fields are ${NOTE_FIELDS.join(', ')}`,
    );
    for (const odd of ['constructor=Seat', '__proto__=Seat', '=Seat', 'toString'])
      expect(() => extendedAliases(odd), odd).to.throw('is no field of ours');
    for (const odd of ['roll_number', 'roll_number=', 'roll_number=|-|', ' roll_number '])
      expect(() => extendedAliases(odd), odd).to.throw(
        `"${odd.trim()}" names no alias; write roll_number=First Alias|Second Alias`,
      );
  });
});

describe('a student’s key', () => {
  it('is the roll number and the college, however they were typed', () => {
    const key = studentKey({ roll_number: '21CS042', college_name: 'Example Institute' });
    expect(studentKey({ roll_number: ' 21-cs-042 ', college_name: 'EXAMPLE institute.' })).to.equal(key);
    expect(studentKey({ roll_number: '21CS042', college_name: 'Other' })).to.not.equal(key);
  });

  it('keeps two colleges apart that differ in a vowel sign, and one together that differs in case and width', () => {
    const of = (college_name: string) => studentKey({ roll_number: '1', college_name });
    expect(of('काला')).to.not.equal(of('कोला'));
    expect(of('Straße')).to.equal(of('STRASSE'));
    expect(of('ＡＢＣ')).to.equal(of('a.b.c.'));
    expect(of('Élan')).to.equal(of('E\u0301LAN'));
    expect(studentKey({ roll_number: '21cs042' })).to.equal('21CS042|');
  });

  it('tells the keys of a student’s further tickets from other students’', () => {
    const [key, other] = ['21CS042|X', '21CS042|XY'];
    const further = furtherKey(key, 'pay_AAAAAAAAAAAAAA');
    expect(further).to.equal('21CS042|X#pay_AAAAAAAAAAAAAA');
    for (const [stored, own] of [
      [key, true],
      [further, true],
      [other, false],
      [furtherKey(other, 'p'), false],
      [null, false],
    ] as const)
      expect(isStudents(stored, key), String(stored)).to.equal(own);
    const { $gte, $lt } = furtherKeys(key);
    const within = (stored: string) => stored >= $gte && stored < $lt;
    expect([further, key, other, furtherKey(other, 'p'), '21CS042|X9'].map(within)).to.deep.equal([
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  it('finds all keys of a roll number, and no other’s', () => {
    const { $gte, $lt } = keysOfRoll('21CS042|X');
    const within = (stored: string) => stored >= $gte && stored < $lt;
    for (const stored of ['21CS042|', '21CS042|X', '21CS042|काला', furtherKey('21CS042|X', 'p')])
      expect(within(stored), stored).to.equal(true);
    for (const stored of ['21CS04|X', '21CS0421|X', '21CS042A|X', '21CS042काला|X'])
      expect(within(stored), stored).to.equal(false);
  });

  it('needs a roll number', () => {
    expect(studentKey({ name: 'Asha', college_name: 'X' })).to.equal(null);
    expect(studentKey({ roll_number: ' - ' })).to.equal(null);
  });
});

describe('an address that mail may go to', () => {
  const fine = [
    'asha@example.edu',
    'a@b.cd',
    'a.b+c_d-e@sub.example.co.in',
    "o'neil@example.edu",
    'ää@beispiel.de',
    'x@пример.рф',
    'x@a-b.example',
    'x@a--b.example',
    'x@9.example',
    'x@a1.b2.example',
    'x@example.c1m',
    'x@example.xn--p1ai',
    '1!#$%&*/=?^`{|}~@example.edu',
  ];
  it('is what a mail server would take, of any script, with white space around it dropped', () => {
    for (const address of fine) expect(usableAddress(address), address).to.equal(address);
    expect(usableAddress(' asha@example.edu\n')).to.equal('asha@example.edu');
  });

  it('is none that a server refuses, or that would forge a header', () => {
    const odd = [
      ...['', ' ', 'asha', '@', 'asha@', '@example.edu', 'asha at example.edu', 'asha@example', 'asha@@example.edu'],
      ...['.asha@example.edu', 'asha.@example.edu', 'as..ha@example.edu', 'asha@.example.edu', 'asha@example..edu'],
      ...['asha@example.edu.', 'asha@-example.edu', 'asha@example-.edu', 'asha@example.-edu', 'asha@example.edu-'],
      ...['asha@example.e', 'asha@example.7du', 'asha@exa_mple.edu', 'asha@exa mple.edu', 'as ha@example.edu'],
      ...['asha@example.edu, b@example.edu', '<asha@example.edu>', 'asha@example.edu>', '"asha"@example.edu'],
      ...['asha@example.edu\r\nBcc: b@example.edu', 'asha(x)@example.edu', 'as:ha@example.edu', 'as\\ha@example.edu'],
      ...['a;b@example.edu', 'a[b@example.edu', 'a.b]@example.edu', 'a.b,c@example.edu', 'a. b@example.edu'],
      ...['asha@[127.0.0.1]', 'asha@127.0.0.1', 'asha@e$ample.edu', 'asha@example.e$u', 'asha@example.ed$'],
    ];
    for (const address of odd) expect(usableAddress(address), JSON.stringify(address)).to.equal(null);
  });

  it('is none where Razorpay put its stand-in, or there is none', () => {
    for (const none of ['void@razorpay.com', 'VOID@Razorpay.com', null, undefined])
      expect(usableAddress(none)).to.equal(null);
    expect(usableAddress('avoid@razorpay.com')).to.equal('avoid@razorpay.com');
  });

  it('has at most 254 characters', () => {
    const of = (length: number) => `${'x'.repeat(length - '@example.edu'.length)}@example.edu`;
    expect(usableAddress(of(254))).to.equal(of(254));
    expect(usableAddress(of(255))).to.equal(null);
  });

  it('is found or refused at once, however long and odd the text is', () => {
    for (const text of ['a'.repeat(1e5), `a@${'a-'.repeat(5e4)}`, `${'a.'.repeat(5e4)}@`, `a@${'a.'.repeat(5e4)}`])
      expect(usableAddress(text)).to.equal(null);
    for (const text of [
      `a@${'a-'.repeat(125)}`,
      `a@${'a.'.repeat(125)}-`,
      `${'a.'.repeat(125)}@`,
      `a@${'ab'.repeat(125)}`,
    ])
      expect(usableAddress(text)).to.equal(null);
  });
});
