/** Reads a QR code as a phone would, by a library that did not write it. */
import { PNG } from 'pngjs';
import decodeQR from 'qr/decode.js';

export const readQr = (png: Buffer): string => {
  const { width, height, data } = PNG.sync.read(png);
  return decodeQR({ width, height, data });
};
