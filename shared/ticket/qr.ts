/** The picture of a ticket's token. */
import QRCode from 'qrcode';
import { qrPng } from './png.ts';

/** A PNG with the quiet zone that readers need. Level M: still read with a crease or a thumb on it. */
export function ticketQr(token: string): Buffer {
  // As it is: looking for runs of digits and capitals in it costs more than they could save.
  const bytes = [{ data: Buffer.from(token), mode: 'byte' as const }];
  // Stryker disable next-line ObjectLiteral,StringLiteral: M is the library's default, too
  const { modules } = QRCode.create(bytes, { errorCorrectionLevel: 'M' });
  return qrPng(modules.size, (row, column) => modules.get(row, column) === 1);
}
