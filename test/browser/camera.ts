/**
 * What a browser's camera sees, in a test: a video of one frame, whose picture is changed while it runs. Chromium reads the
 * frame anew each time.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import QRCode from 'qrcode';
import { testFolder } from '../servers.ts';

const [WIDTH, HEIGHT] = [640, 480];
const HEADER = `YUV4MPEG2 W${WIDTH} H${HEIGHT} F15:1 Ip A1:1 C420jpeg\nFRAME\n`;
const [PAPER, TABLE] = [235, 120];
/** Pixels of a module of a QR code: at arm's length. */
const MODULE = 5;

export interface FakeCamera {
  /** For `startBrowser`. */
  flags: string[];
  /** Holds a picture of a QR code into the camera. */
  showPng(png: Buffer): void;
  /** Makes one of this text. */
  show(text: string): void;
  /** Nothing but the table. */
  clear(): void;
  close(): void;
}

export async function fakeCamera(): Promise<FakeCamera> {
  const path = join(await testFolder(), 'camera.y4m');
  const file = openSync(path, 'w');
  const write = (isDark: ((x: number, y: number) => boolean) | null, size = 0) => {
    const frame = Buffer.alloc((WIDTH * HEIGHT * 3) / 2, 128);
    const [left, top] = [(WIDTH - size) >> 1, (HEIGHT - size) >> 1];
    for (let y = 0; y < HEIGHT; y++)
      for (let x = 0; x < WIDTH; x++) {
        const on = isDark && x >= left && y >= top && x < left + size && y < top + size;
        frame[y * WIDTH + x] = on ? (isDark(x - left, y - top) ? 16 : PAPER) : TABLE;
      }
    writeSync(file, Buffer.concat([Buffer.from(HEADER), frame]), 0, null, 0);
  };
  write(null);
  return {
    flags: [
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${path}`,
    ],
    showPng(png) {
      const { width, data } = PNG.sync.read(png);
      // Ours have 8 pixels a module.
      const size = Math.round(width / 8) * MODULE;
      const at = (n: number) => Math.min(width - 1, Math.floor((n * width) / size));
      write((x, y) => (data[(at(y) * width + at(x)) * 4] as number) < 128, size);
    },
    show(text) {
      const { modules } = QRCode.create(text, { errorCorrectionLevel: 'M' });
      const module = (n: number) => Math.floor(n / MODULE) - 4;
      const inside = (n: number) => n >= 0 && n < modules.size;
      write(
        (x, y) => inside(module(x)) && inside(module(y)) && modules.get(module(y), module(x)) === 1,
        MODULE * (modules.size + 8),
      );
    },
    clear: () => write(null),
    close: () => closeSync(file),
  };
}
