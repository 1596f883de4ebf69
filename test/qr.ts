/** Reads a QR code as a phone would, by a library that did not write it. */
import { PNG } from 'pngjs';
import decodeQR from 'qr/decode.js';

export const readQr = (png: Buffer): string => {
  const { width, height, data } = PNG.sync.read(png);
  return decodeQR({ width, height, data });
};

/** What the code on a ticket's page says, from its HTML; undefined: it shows none. */
export function readQrOfPage(html: string): string | undefined {
  const [, base64] = /<img class="qr" src="data:image\/png;base64,([^"]+)"/.exec(html) ?? [];
  return base64 && readQr(Buffer.from(base64.replaceAll('&#x3D;', '='), 'base64'));
}
