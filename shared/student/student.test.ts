import { expect } from 'chai';
import fc from 'fast-check';
import { notePairs } from '../razorpay/facts.ts';
import { DEFAULT_ALIASES, extendedAliases } from './aliases.ts';
import { NOTE_FIELDS } from './fields.ts';
import { studentKey } from './key.ts';
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

  it('know the spellings that colleges use', () => {
    for (const key of ['USN', 'PRN', 'Reg No', 'Enrolment No', 'roll_number'])
      expect(fields({ [key]: '1' }), key).to.deep.equal({ roll_number: '1' });
    for (const key of ['branch', 'dept']) expect(fields({ [key]: 'CSE' }), key).to.deep.equal({ department: 'CSE' });
    for (const key of ['mobile', 'whatsapp']) expect(fields({ [key]: '1' }), key).to.deep.equal({ phone: '1' });
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
  });

  it('says which part it cannot read', () => {
    expect(() => extendedAliases('rollno=Seat')).to.throw('"rollno" is no field of ours');
    expect(() => extendedAliases('roll_number')).to.throw('names no alias');
  });
});

describe('a student’s key', () => {
  it('is the roll number and the college, however they were typed', () => {
    const key = studentKey({ roll_number: '21CS042', college_name: 'Example Institute' });
    expect(studentKey({ roll_number: ' 21-cs-042 ', college_name: 'EXAMPLE institute.' })).to.equal(key);
    expect(studentKey({ roll_number: '21CS042', college_name: 'Other' })).to.not.equal(key);
  });

  it('needs a roll number', () => {
    expect(studentKey({ name: 'Asha', college_name: 'X' })).to.equal(null);
    expect(studentKey({ roll_number: ' - ' })).to.equal(null);
  });
});
