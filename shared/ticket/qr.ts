/** The picture of a ticket's token. */
import QRCode from 'qrcode';
import { qrPng } from './png.ts';

/** A PNG with the quiet zone that readers need. Level M: still read with a crease or a thumb on it. */
export function ticketQr(token: string): Buffer {
  // Stryker disable next-line ObjectLiteral,StringLiteral: M is the library's default, too
  const { modules } = QRCode.create(token, { errorCorrectionLevel: 'M' });
  return qrPng(modules.size, (row, column) => modules.get(row, column) === 1);
}
