/** Ids as they stand in a path. */
import { z } from 'zod';

/** A small integer, as people type it: digits only, and no zero in front. */
export const smallId = (what: string) => {
  const error = `there is no such ${what}: its id is a small whole number`;
  return z.preprocess(
    (given) => (typeof given === 'string' && /^[1-9]\d{0,8}$/.test(given) ? Number(given) : given),
    z
      .int({ error })
      .min(1, error)
      .max(999_999_999, error)
      .meta({ description: `The ${what}’s id, a small whole number.`, examples: [1] }),
  );
};

const PAYMENT = /^(pay_[A-Za-z0-9]{14}|man_[A-Za-z0-9]{1,40})$/;

/** Razorpay's, or `man_…` for a payment taken by hand. */
export const paymentId = z
  .string()
  .regex(PAYMENT, 'there is no such payment: its id is pay_… with 14 letters or digits, or man_… for one taken by hand')
  .meta({
    description: 'pay_… as Razorpay gives it, or man_… for one taken by hand.',
    examples: ['pay_Qx7Yz8Ab9Cd0Ef'],
  });
