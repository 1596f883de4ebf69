/** The forty students, and how each of them fills in a payment form. Pure. */

export interface Student {
  readonly name: string;
  readonly roll: string;
  readonly college: string;
  readonly department: string;
  readonly phone: string;
  readonly email: string;
}

const FIRST = ['Asha', 'Ravi', 'Meera', 'Arjun', 'Fatima', 'Karthik', 'Divya', 'Imran', 'Sneha', 'Joseph'];
const LAST = ['Rao', 'Iyer', 'Khan', 'Nair'];
const COLLEGES = ['Example Institute of Technology', 'Model Engineering College'];
const DEPARTMENTS = ['CSE', 'ECE', 'Mechanical', 'Civil', 'Biotechnology'];

const at = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;

export const STUDENTS: readonly Student[] = Array.from({ length: FIRST.length * LAST.length }, (_, n) => {
  const first = at(FIRST, n);
  const last = at(LAST, Math.floor(n / FIRST.length));
  return {
    name: `${first} ${last}`,
    roll: `21${at(DEPARTMENTS, n).slice(0, 2).toUpperCase()}${String(n + 1).padStart(3, '0')}`,
    college: at(COLLEGES, n),
    department: at(DEPARTMENTS, n),
    phone: `98000${String(n + 1).padStart(5, '0')}`,
    email: `${first}.${last}@example.edu`.toLowerCase(),
  };
});

/** How people and form builders spell the fields: name, roll number, college, department, phone, emergency contact. */
const SPELLINGS = [
  ['name', 'roll_number', 'college_name', 'department', 'phone', 'emergency_contact_number', 'email', 'event_id'],
  ['Student Name', 'USN', 'College', 'Branch', 'Mobile', 'Emergency Contact', 'Email ID', 'Event'],
  ['Full Name', 'Roll No.', 'Institution', 'Dept', 'WhatsApp', 'Parent Phone', 'E-mail', 'event id'],
] as const;

/** The notes of a student's payment, in one of several spellings; `event` is left out when null. */
export function notesOf(student: Student, event: string | null, spelling = 0): Record<string, string> {
  const { name, roll, college, department, phone, email } = student;
  const values = [name, roll, college, department, phone, '9800099999', email, event];
  const pairs = at<readonly string[]>(SPELLINGS, spelling).map((key, index) => [key, values[index]] as const);
  return Object.fromEntries(pairs.filter((pair): pair is [string, string] => typeof pair[1] === 'string'));
}
