/** Which texts a mail server would take as an address. Pure. */

/** What Razorpay puts where a payer gave no address. */
export const PLACEHOLDER = 'void@razorpay.com';
/** Dots and hyphens where a mail server takes them; letters of any script, and nothing that cannot be seen. */
const ADDRESS =
  /^[^\s\p{C}@<>()[\],;:"\\.]+(\.[^\s\p{C}@<>()[\],;:"\\.]+)*@([\p{L}\p{N}]([\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+[\p{L}][\p{L}\p{N}-]*[\p{L}\p{N}]$/u;

/** The address in `text`, or null: no address, or Razorpay's stand-in for none. */
export const usableAddress = (text: string | null | undefined): string | null => {
  const address = text?.trim() ?? '';
  return address.length <= 254 && ADDRESS.test(address) && address.toLowerCase() !== PLACEHOLDER ? address : null;
};
