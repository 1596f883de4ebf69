import type { Notes } from './payment.ts';

/** Orders, QR codes, refunds and disputes are stored as Razorpay shows them; key order is part of that. */
export interface Order {
  readonly id: string;
  readonly entity: 'order';
  readonly amount: number;
  readonly amount_paid: number;
  readonly amount_due: number;
  readonly currency: string;
  readonly receipt: string | null;
  readonly offer_id: string | null;
  readonly status: 'created' | 'attempted' | 'paid';
  readonly attempts: number;
  readonly notes: Notes;
  readonly created_at: number;
}

export interface QrCode {
  readonly id: string;
  readonly entity: 'qr_code';
  readonly created_at: number;
  readonly name: string;
  readonly usage: 'single_use' | 'multiple_use';
  readonly type: 'upi_qr' | 'bharat_qr';
  readonly image_url: string;
  readonly payment_amount: number | null;
  readonly status: 'active' | 'closed';
  readonly description: string | null;
  readonly fixed_amount: boolean;
  readonly payments_amount_received: number;
  readonly payments_count_received: number;
  readonly notes: Notes;
  readonly customer_id: string | null;
  readonly close_by: number | null;
  readonly closed_at: number | null;
  readonly close_reason: string | null;
}

export interface Refund {
  readonly id: string;
  readonly entity: 'refund';
  readonly amount: number;
  readonly currency: string;
  readonly payment_id: string;
  readonly notes: Notes;
  readonly receipt: string | null;
  readonly acquirer_data: { readonly arn: string | null };
  readonly created_at: number;
  readonly batch_id: string | null;
  readonly status: 'pending' | 'processed' | 'failed';
  readonly speed_processed: 'normal' | 'instant';
  readonly speed_requested: 'normal' | 'optimum';
}

export type DisputeStatus = 'open' | 'under_review' | 'won' | 'lost' | 'closed';

export interface Dispute {
  readonly id: string;
  readonly entity: 'dispute';
  readonly payment_id: string;
  readonly amount: number;
  readonly currency: string;
  readonly amount_deducted: number;
  readonly reason_code: string;
  readonly respond_by: number;
  readonly status: DisputeStatus;
  readonly phase: 'chargeback';
  readonly created_at: number;
}
