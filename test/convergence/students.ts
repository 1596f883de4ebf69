/** Who pays in a history, and how their details are spelt and where they stand. */
import type { Layout, Named, Payment } from './history.ts';

export interface Stage {
  /** Any seat, 29,900 paise, with a QR code. */
  first: { id: number; slug: string; qr: string };
  /** One seat. */
  small: { id: number };
}

export const PRICE = 29_900;
export const AMOUNTS = { price: PRICE, less: PRICE - 10_000, more: PRICE + 100 } as const;

export type Notes = Record<string, string | number>;

const named = (event: Named, { first, small }: Stage): Notes =>
  ({
    first: { event_id: first.id },
    slug: { event_id: first.slug },
    small: { event_id: String(small.id) },
    nowhere: {},
    unknown: { event_id: 'no-such-event' },
  })[event];

/** `key` makes the student nobody else. */
export const detailsOf = (key: string) => ({
  name: `Asha ${key}`,
  roll_number: `R-${key}`,
  college_name: 'Example Institute',
  department: 'CSE',
});

export const addressOf = (key: string) => `${key.toLowerCase()}@example.edu`;

export interface Wanted {
  notes?: Notes;
  order_notes?: Notes;
  qr_code?: string | true;
  qr_notes?: Notes;
}

/** What the simulator is asked for. */
export function spelt(
  { layout, named: event, address }: Pick<Payment, 'layout' | 'named' | 'address'>,
  key: string,
  stage: Stage,
): Wanted {
  const { name, roll_number, ...rest } = detailsOf(key);
  const mail: Notes = address === 'notes' ? { email: addressOf(key) } : {};
  const where = named(event, stage);
  const whole: Notes = { name, roll_number, ...rest, ...mail, ...where };
  const layouts: Record<Layout, () => Wanted> = {
    payment: () => ({ notes: whole }),
    aliases: () => ({
      notes: {
        'Student Name': name,
        USN: roll_number,
        College: rest.college_name,
        branch: rest.department,
        ...(address === 'notes' && { 'E-Mail': addressOf(key) }),
        ...('event_id' in where && { Event: where.event_id as string }),
      },
    }),
    order: () => ({ order_notes: whole }),
    split: () => ({ notes: { name, ...mail }, order_notes: { roll_number, ...rest, ...where } }),
    code: () => ({ qr_code: true, qr_notes: whole }),
    event_code: () => ({ notes: { name, roll_number, ...rest, ...mail }, qr_code: stage.first.qr }),
    code_too: () => ({ notes: { name, roll_number, ...where }, qr_code: true, qr_notes: { ...rest, ...mail } }),
    bare_code: () => ({ notes: {}, qr_code: stage.first.qr }),
    foreign: () => ({ notes: { product: 'T-shirt', size: 'M' }, order_notes: { batch: key } }),
    name_only: () => ({ notes: { name } }),
    no_roll_number: () => ({ notes: { name, phone: 9_800_000_001, ...mail, ...where } }),
  };
  return layouts[layout]();
}
