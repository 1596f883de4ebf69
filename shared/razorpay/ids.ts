/** Razorpay's ids: a prefix, an underscore, 14 letters or digits. Checked before use: the SDK puts them into a path unescaped. */
const pattern = (prefix: string) => new RegExp(`^${prefix}_[A-Za-z0-9]{14}$`);

export const ACCOUNT_ID = pattern('acc');
export const PAYMENT_ID = pattern('pay');
export const ORDER_ID = pattern('order');
export const QR_CODE_ID = pattern('qr');
export const REFUND_ID = pattern('rfnd');
export const DISPUTE_ID = pattern('disp');
