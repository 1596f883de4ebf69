/** What to put into a payment's notes for an event, as text to copy. Pure. */

export interface NoteField {
  key: string;
  what: string;
  needed: boolean;
}

export const NOTE_FIELDS: readonly NoteField[] = [
  { key: 'name', what: 'Name', needed: true },
  { key: 'roll_number', what: 'Roll number (USN, PRN, register number)', needed: true },
  { key: 'email', what: 'E-mail address, where the ticket goes', needed: true },
  { key: 'college_name', what: 'College', needed: false },
  { key: 'department', what: 'Department or branch', needed: false },
  { key: 'phone', what: 'Phone', needed: false },
  { key: 'emergency_contact_number', what: 'Emergency contact', needed: false },
  { key: 'event_id', what: 'This event', needed: true },
];

const SAMPLE: Record<string, string> = {
  name: 'Asha Rao',
  roll_number: '21CS042',
  email: 'asha@example.edu',
  college_name: 'Example Institute',
  department: 'CSE',
  phone: '9800000001',
  emergency_contact_number: '9800000002',
};

interface Event {
  id: number;
  slug: string | null;
  price: number | null;
  currency: string;
}

export const eventNote = ({ id, slug }: Event): string => slug ?? String(id);

/** JSON, as it goes into `notes` of an order or a payment link. */
export const notesSample = (event: Event): string => JSON.stringify({ ...SAMPLE, event_id: eventNote(event) }, null, 2);

/** A call that a developer can paste: Razorpay's own API, with the account's own key. */
export const orderSample = (event: Event): string =>
  `curl -u "$RAZORPAY_KEY_ID:$RAZORPAY_KEY_SECRET" https://api.razorpay.com/v1/orders \\
  -H 'Content-Type: application/json' \\
  -d '${JSON.stringify({ amount: event.price ?? 29_900, currency: event.currency, notes: { ...SAMPLE, event_id: eventNote(event) } })}'`;
