/** The camera, and what reads QR codes in its picture: the browser's own detector where there is one, else ours. */

const BETWEEN_MS = 120;
/** Enough for a QR code at arm's length, and little enough for an old phone. */
const WIDTH = 720;

async function ownDetector() {
  if (!('BarcodeDetector' in globalThis)) return null;
  try {
    const formats = await BarcodeDetector.getSupportedFormats();
    if (!formats.includes('qr_code')) return null;
    const detector = new BarcodeDetector({ formats: ['qr_code'] });
    return { by: 'browser', read: async (video) => (await detector.detect(video))[0]?.rawValue ?? null, stop() {} };
  } catch {
    return null;
  }
}

function ourDetector() {
  const worker = new Worker(new URL('./decode-worker.js', import.meta.url), { type: 'module' });
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  return {
    by: 'worker',
    read(video) {
      const scale = Math.min(1, WIDTH / video.videoWidth);
      canvas.width = Math.round(video.videoWidth * scale);
      canvas.height = Math.round(video.videoHeight * scale);
      context.drawImage(video, 0, 0, canvas.width, canvas.height);
      const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
      return new Promise((resolve, reject) => {
        worker.onmessage = (message) => resolve(message.data);
        worker.onerror = () => reject(new Error('the reader of QR codes cannot be loaded'));
        worker.postMessage({ width, height, pixels: data.buffer }, [data.buffer]);
      });
    },
    stop: () => worker.terminate(),
  };
}

/**
 * Starts the camera at the back and tells each text that comes into view.
 * @throws DOMException NotAllowedError, NotFoundError
 */
export async function startCamera(video, seen) {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { facingMode: { ideal: 'environment' }, width: { ideal: 1280 }, height: { ideal: 720 } },
    audio: false,
  });
  video.srcObject = stream;
  await video.play();
  const [track] = stream.getVideoTracks();
  const detector = (await ownDetector()) ?? ourDetector();
  let ended = false;
  const reading = async () => {
    while (!ended) {
      if (video.readyState >= 2 && video.videoWidth > 0 && !document.hidden) {
        const text = await detector.read(video).catch(() => null);
        if (text) seen(text);
      }
      await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
    }
  };
  void reading();
  const lit = { torch: false };
  return {
    by: detector.by,
    canLight: track?.getCapabilities?.().torch === true,
    async light() {
      lit.torch = !lit.torch;
      await track.applyConstraints({ advanced: [lit] });
      return lit.torch;
    },
    /** A phone that was locked may have taken the camera away. */
    live: () => track.readyState === 'live',
    stop() {
      ended = true;
      detector.stop();
      for (const one of stream.getTracks()) one.stop();
    },
  };
}
