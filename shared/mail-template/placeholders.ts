/** What may stand between `{{` and `}}` in a mail's texts. Each is one line, and empty where it is not known. */

export const PLACEHOLDERS = {
  name: { means: 'the student’s name', example: 'Asha Rao' },
  event: { means: 'the event’s name', example: 'Freshers’ Night' },
  date: { means: 'when it begins', example: 'Saturday, 21 November 2026 at 6:00 pm' },
  venue: { means: 'where it is', example: 'Main auditorium' },
  doors_open: { means: 'when the doors open', example: '5:00 pm' },
  ticket_number: { means: 'the ticket’s number', example: '1-42' },
  roll_number: { means: 'the student’s roll number', example: '21CS042' },
  college_name: { means: 'the student’s college', example: 'Example Institute' },
  department: { means: 'the student’s department', example: 'CSE' },
  payment_id: { means: 'the payment’s id', example: 'pay_Qx7Yz8Ab9Cd0Ef' },
} as const satisfies Record<string, { means: string; example: string }>;

export type Placeholder = keyof typeof PLACEHOLDERS;
export const PLACEHOLDER_NAMES = Object.keys(PLACEHOLDERS) as Placeholder[];

export const isPlaceholder = (name: string): name is Placeholder => Object.hasOwn(PLACEHOLDERS, name);
