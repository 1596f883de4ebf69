/** Small pictures for tests, made here rather than kept as files. */
import { crc32, deflateSync } from 'node:zlib';

export const chunk = (kind: string, body: Buffer): Buffer => {
  const typed = Buffer.concat([Buffer.from(kind, 'latin1'), body]);
  const framed = Buffer.alloc(typed.length + 8);
  framed.writeUInt32BE(body.length, 0);
  typed.copy(framed, 4);
  framed.writeUInt32BE(crc32(typed), typed.length + 4);
  return framed;
};
export const PNG_SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

export function pngHeader(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  return chunk('IHDR', header);
}

/** Of one colour, red-green-blue. `noise`: bytes that do not pack, for a large one. */
export function png(width: number, height: number, colour: readonly number[] = [200, 30, 90], noise?: Buffer): Buffer {
  const line = Buffer.from([0, ...Array.from({ length: width }, () => [...colour]).flat()]);
  const pixels = deflateSync(Buffer.concat(Array.from({ length: height }, () => line)));
  const note = noise ? [chunk('tEXt', Buffer.concat([Buffer.from('Comment\0'), noise]))] : [];
  return Buffer.concat([
    PNG_SIGNATURE,
    pngHeader(width, height),
    ...note,
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const segment = (marker: number, body: readonly number[]) => [
  0xff,
  marker,
  (body.length + 2) >> 8,
  (body.length + 2) & 255,
  ...body,
];

/** Its structure alone; there is nothing to see in it. */
export const jpeg = (width: number, height: number): Buffer =>
  Buffer.from([
    ...[0xff, 0xd8],
    ...segment(0xe0, [0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]),
    ...segment(0xc0, [8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0]),
    ...segment(0xda, [1, 1, 0, 0, 63, 0]),
    ...[0x55, 0xff, 0xd9],
  ]);
