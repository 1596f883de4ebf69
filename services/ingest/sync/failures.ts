/** What a failed call to Razorpay becomes for the service that asked. */
import { RequestFailed } from '../../../shared/bus/index.ts';
import { failureKind, NotAtRazorpay, RazorpayError } from '../razorpay/errors.ts';

/** 404: Razorpay does not know it; 502: Razorpay failed. Anything else is returned as it is. */
export function asRequestFailed(error: unknown): unknown {
  if (error instanceof NotAtRazorpay) return new RequestFailed(404, 'Razorpay does not know this payment');
  if (error instanceof RazorpayError) return new RequestFailed(502, error.message, { kind: failureKind(error) });
  return error;
}
