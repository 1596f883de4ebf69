/** The details a student gives with a payment, by the names everything in QRFlow calls them. */
export const STUDENT_FIELDS = [
  'name',
  'roll_number',
  'college_name',
  'department',
  'phone',
  'emergency_contact_number',
  'email',
  'year_of_study',
  'section',
  'gender',
] as const;

export type StudentField = (typeof STUDENT_FIELDS)[number];
export type StudentDetails = Partial<Record<StudentField, string>>;

/** What notes may say: the student's details and the event. */
export const NOTE_FIELDS = [...STUDENT_FIELDS, 'event_id'] as const;
export type NoteField = (typeof NOTE_FIELDS)[number];
