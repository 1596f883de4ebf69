/** Paying, each way a student can, and noting down what it has to come to. */
import type { Student } from './students.ts';
import { notesOf } from './students.ts';
import type { Due, World } from './world.ts';

export const PRICE = 29_900;

export type Way = 'upi' | 'card' | 'order' | 'own qr' | 'event qr';

interface Purchase {
  readonly amount?: number;
  /** In the notes; by default the event's number, null for none. */
  readonly event?: string | null;
  readonly due?: Partial<Due>;
  /** What else the simulator is told. */
  readonly facts?: Record<string, unknown>;
}

/** Where each way leaves the student's details: on the payment, its order, or the QR code. */
function placed(way: Way, notes: (event: boolean) => Record<string, string>, qrCode: string): Record<string, unknown> {
  switch (way) {
    case 'upi':
      return { method: 'upi', notes: notes(true) };
    case 'card':
      return { method: 'card', notes: notes(true) };
    case 'order':
      return { method: 'card', order_notes: notes(true) };
    case 'own qr':
      return { method: 'upi', qr_code: true, qr_notes: notes(true) };
    case 'event qr':
      // Whoever pays this code pays for its event: the notes need not say so.
      return { method: 'upi', qr_code: qrCode, notes: notes(false) };
  }
}

/** Pays for the story's event and returns the payment's id. Unless `due` says otherwise, it has to become a ticket. */
export async function pay(world: World, student: Student, way: Way, purchase: Purchase = {}): Promise<string> {
  const { amount = PRICE, event = String(world.eventId), due = {}, facts = {} } = purchase;
  const spelling = world.due.size;
  const notes = (withEvent: boolean) => notesOf(student, withEvent ? event : null, spelling);
  const id = await world.razorpay.pay({ amount, ...placed(way, notes, world.qrCode), ...facts });
  world.due.set(id, { student, outcome: 'ticketed', reason: null, mailed: true, lost: false, ...due });
  return id;
}

/** Payments of another product on the same Razorpay account, made between these ages in minutes, newest first. */
export async function payForSomethingElse(world: World, count: number, from: number, to: number): Promise<void> {
  const now = Math.floor(Date.now() / 1_000);
  const payments = Array.from({ length: count }, async (_, n) => {
    const age = from * 60 + Math.floor(((to - from) * 60 * n) / count);
    const id = await world.razorpay.pay({
      amount: 4_900 + n,
      method: 'card',
      email: `buyer${n}@example.com`,
      notes: { cart: `C-${1_000 + n}`, gift_message: 'Happy birthday' },
      created_at: now - age,
      quiet: true,
    });
    world.due.set(id, { student: null, outcome: 'foreign', reason: null, mailed: false, lost: true });
  });
  await Promise.all(payments);
}
