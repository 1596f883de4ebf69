/** What can be heard and felt: two rising tones for in, one long low one for not; the phone says the same in the hand. */

let audio = null;

/** Sound is allowed only after somebody has touched the page. */
export function allowSound() {
  audio ??= new AudioContext();
  audio.resume().catch(() => undefined);
}

function tone(from, hertz, seconds, shape) {
  const at = audio.currentTime + from;
  const oscillator = audio.createOscillator();
  const volume = audio.createGain();
  oscillator.type = shape;
  oscillator.frequency.value = hertz;
  volume.gain.setValueAtTime(0.0001, at);
  volume.gain.exponentialRampToValueAtTime(0.5, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + seconds);
  oscillator.connect(volume).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + seconds);
}

export function signal(good) {
  navigator.vibrate?.(good ? [80] : [250, 120, 250]);
  if (audio?.state !== 'running') return;
  if (good) {
    tone(0, 880, 0.12, 'sine');
    tone(0.12, 1_320, 0.2, 'sine');
  } else tone(0, 160, 0.7, 'sawtooth');
}
