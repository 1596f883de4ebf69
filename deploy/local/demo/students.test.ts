import { expect } from 'chai';
import { DEFAULT_ALIASES } from '../../../shared/student/aliases.ts';
import { studentKey } from '../../../shared/student/key.ts';
import { notesOf, STUDENTS } from './students.ts';

const fields = new Map(
  Object.entries(DEFAULT_ALIASES).flatMap(([field, aliases]) => aliases.map((alias) => [alias, field] as const)),
);
const plain = (key: string) => key.toLowerCase().replace(/[^a-z0-9]/g, '');

describe('the students of the demo', () => {
  it('are forty, no two alike', () => {
    const keys = STUDENTS.map(({ roll, college }) => studentKey({ roll_number: roll, college_name: college }));
    expect(new Set(keys).size).equal(40);
    expect(new Set(STUDENTS.map(({ email }) => email)).size).equal(40);
  });

  it('spell their notes in ways that are all understood', () => {
    for (const spelling of [0, 1, 2])
      for (const student of STUDENTS) {
        const keys = Object.keys(notesOf(student, '1', spelling));
        expect(new Set(keys.map((key) => fields.get(plain(key))))).property('size', 8);
        expect(keys.every((key) => fields.has(plain(key)))).equal(true);
      }
  });
});
