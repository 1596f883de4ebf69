/** Reads QR codes beside the page, so that it stays quick: for browsers without a BarcodeDetector. */
import decodeQR from '../vendor/qr/decode.js';

self.onmessage = ({ data: { width, height, pixels } }) => {
  let text = null;
  try {
    text = decodeQR({ width, height, data: new Uint8ClampedArray(pixels) });
  } catch {
    // No QR code in this picture, as in most.
  }
  self.postMessage(text);
};
