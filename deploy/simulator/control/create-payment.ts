import type { Account } from '../state/account.ts';
import type { Payment } from '../state/payment.ts';
import { ControlError } from './input.ts';
import type { PaymentBody } from './schemas.ts';

/** Makes a payment with the order or QR code it is paid through. @throws {ControlError} when they don't fit */
export function createPayment(account: Account, wanted: PaymentBody): Payment {
  const { order_id, order_notes, qr_code, qr_notes, quiet, ...facts } = wanted;
  const throughOrder = order_id !== undefined || order_notes !== undefined;
  if (throughOrder && qr_code !== false) throw new ControlError('a payment through a QR code has no order');
  if (qr_notes !== undefined && qr_code === false) throw new ControlError('qr_notes: there is no qr_code');
  if (wanted.id !== undefined && account.ledger.payments.has(wanted.id)) {
    throw new ControlError(`id: ${wanted.id} is taken`);
  }
  const create = () =>
    account.ledger.createPayment({
      ...facts,
      order_id: throughOrder ? orderOf(account, wanted) : null,
      qr_code_id: qrCodeOf(account, wanted),
    });
  return quiet ? account.quietly(create) : create();
}

function orderOf({ ledger }: Account, wanted: PaymentBody): string {
  const { order_id: id, order_notes, amount, currency, created_at } = wanted;
  if (id === undefined || !ledger.orders.has(id)) {
    return ledger.createOrder({ id, amount, currency, notes: order_notes ?? [], created_at }).id;
  }
  if (order_notes !== undefined) throw new ControlError('order_notes: the order has its notes already');
  return id;
}

function qrCodeOf({ ledger }: Account, { qr_code, qr_notes, created_at }: PaymentBody): string | null {
  if (qr_code === false) return null;
  if (qr_code !== true && ledger.qrCodes.has(qr_code)) {
    if (qr_notes !== undefined) ledger.editQrNotes(qr_code, qr_notes);
    return qr_code;
  }
  if (qr_code !== true && qr_code.startsWith('qr_')) throw new ControlError(`qr_code: ${qr_code} is not known here`);
  const name = qr_code === true ? 'QR code' : qr_code;
  return ledger.createQrCode({ name, notes: qr_notes ?? [], created_at }, false).id;
}
