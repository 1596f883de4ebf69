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
/** Null takes a detail away. */
export type DetailChanges = { [F in StudentField]?: string | null };

/** What notes may say: the student's details and the event. */
export const NOTE_FIELDS = [...STUDENT_FIELDS, 'event_id'] as const;
export type NoteField = (typeof NOTE_FIELDS)[number];

/** What is said at all, in the order of the fields: null and "" take a detail away. Pure. */
export const givenDetails = (details: DetailChanges | undefined): StudentDetails =>
  Object.fromEntries(STUDENT_FIELDS.flatMap((field) => (details?.[field] ? [[field, details[field]]] : [])));
