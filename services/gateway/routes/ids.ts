/** Ids as they stand in a path. */
import { z } from 'zod';

/** A small integer, as people type it. */
export const smallId = (what: string) =>
  z
    .string()
    .regex(/^[1-9]\d{0,8}$/, `there is no such ${what}: its id is a small whole number`)
    // Before the transformation: what is said after it would be of its result, not of what is sent.
    .meta({ description: `The ${what}’s id, a small whole number.`, examples: ['1'] })
    .transform(Number);

const PAYMENT = /^(pay_[A-Za-z0-9]{14}|man_[A-Za-z0-9]{1,40})$/;

/** Razorpay's, or `man_…` for a payment taken by hand. */
export const paymentId = z
  .string()
  .regex(PAYMENT, 'there is no such payment: its id is pay_… with 14 letters or digits, or man_… for one taken by hand')
  .meta({
    description: 'pay_… as Razorpay gives it, or man_… for one taken by hand.',
    examples: ['pay_Qx7Yz8Ab9Cd0Ef'],
  });
