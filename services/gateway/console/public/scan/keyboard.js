// @ts-check
/**
 * A hardware scanner is a keyboard that types fast and ends with Enter. Only what could be a ticket is taken, wherever the
 * focus is; what people type stays theirs.
 */
import { looksLikeTicket } from './token.js';

/** Between two keys of a scanner; people are slower. */
const PAUSE_MS = 150;

/**
 * @param {(token: string) => void} scanned
 * @returns {(key: string, at: number) => boolean} takes each key and when it was pressed (ms; not when it is heard: a phone
 *   busy for a moment hears a scanner's keys late); true: it was the end of a scan, and nobody else's
 */
export function keyboardScanner(scanned) {
  let typed = '';
  let last = 0;
  return (key, at) => {
    if (at - last > PAUSE_MS) typed = '';
    last = at;
    if (key === 'Enter' || key === 'Tab') {
      const text = typed;
      typed = '';
      if (!looksLikeTicket(text)) return false;
      scanned(text);
      return true;
    }
    if (key.length === 1) typed += key;
    return false;
  };
}

/** The same ticket stays in view for a moment; shown again later it is a new scan. */
export const SAME_FOR_MS = 4_000;

/** @param {() => number} now ms */
export function inView(now = () => performance.now()) {
  let last = '';
  let until = 0;
  return {
    /** Whether this is not just the last one, still in view. @param {string} text */
    isNew(text) {
      const fresh = text !== last || now() > until;
      last = text;
      until = now() + SAME_FOR_MS;
      return fresh;
    },
    /** Seen while nothing is scanned: the last one stays the last, another is still to come. @param {string} text */
    seen(text) {
      if (text === last) until = now() + SAME_FOR_MS;
    },
    /** It came to no answer: what is still in view is scanned again. */
    forget() {
      last = '';
    },
  };
}
