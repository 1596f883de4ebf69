/** A logo, known by its bytes alone: a whole PNG or JPEG, small, and nothing behind its end. Pure. */

export const LOGO_MOST_BYTES = 64 * 1_024;
export const LOGO_MOST_PIXELS = 1_200;
const LEAST_PIXELS = 16;
/** Characters of base64. */
export const LOGO_MOST_TEXT = Math.ceil(LOGO_MOST_BYTES / 3) * 4;

export interface Logo {
  bytes: Buffer;
  type: 'image/png' | 'image/jpeg';
  width: number;
  height: number;
}
type Size = Pick<Logo, 'width' | 'height'>;

const PNG = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** Chunk by chunk to IEND, which is the end. */
function pngSize(bytes: Buffer): Size | null {
  let size: Size | null = null;
  let pictured = false;
  for (let at = PNG.length; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const kind = bytes.toString('latin1', at + 4, at + 8);
    const end = at + 12 + length;
    if (end > bytes.length || (size === null) !== (kind === 'IHDR')) return null;
    if (kind === 'IHDR') {
      if (length !== 13) return null;
      size = { width: bytes.readUInt32BE(at + 8), height: bytes.readUInt32BE(at + 12) };
    }
    pictured ||= kind === 'IDAT';
    if (kind === 'IEND') return end === bytes.length && pictured ? size : null;
    at = end;
  }
  return null;
}

/** Start of a frame: baseline, extended, progressive. */
const FRAMES = new Set([0xc0, 0xc1, 0xc2]);
const SCAN = 0xda;

/** Segment by segment to the first scan; the last two bytes end the picture. */
function jpegSize(bytes: Buffer): Size | null {
  if (bytes.readUInt16BE(bytes.length - 2) !== 0xffd9) return null;
  let size: Size | null = null;
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1] as number;
    const length = bytes.readUInt16BE(at + 2);
    if (length < 2 || at + 2 + length > bytes.length) return null;
    if (marker === SCAN) return size;
    if (FRAMES.has(marker)) {
      if (length < 8) return null;
      size = { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
    }
    at += 2 + length;
  }
  return null;
}

function pictureOf(bytes: Buffer): (Pick<Logo, 'type'> & Size) | null {
  const png = bytes.subarray(0, PNG.length).equals(PNG);
  const jpeg = bytes.length > 4 && bytes.readUInt16BE(0) === 0xffd8;
  const size = png ? pngSize(bytes) : jpeg ? jpegSize(bytes) : null;
  return size && { type: png ? 'image/png' : 'image/jpeg', ...size };
}

/** The logo, or what is wrong with it in words. */
export function readLogo(base64: string): Logo | string {
  if (base64.length > LOGO_MOST_TEXT) return `may have at most ${LOGO_MOST_BYTES / 1_024} KiB`;
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('base64') !== base64) return 'must be base64';
  const picture = pictureOf(bytes);
  if (!picture) return 'must be a whole PNG or JPEG picture';
  const { width, height } = picture;
  if (Math.min(width, height) < LEAST_PIXELS || Math.max(width, height) > LOGO_MOST_PIXELS)
    return `is ${width} × ${height} pixels; each side may have ${LEAST_PIXELS} to ${LOGO_MOST_PIXELS}`;
  return { bytes, ...picture };
}
