/** Where a person moves money: Razorpay's dashboard. QRFlow never does. */
export const razorpayLink = ({ id }: { id: string }): string | null =>
  id.startsWith('pay_') ? `https://dashboard.razorpay.com/app/payments/${id}` : null;
