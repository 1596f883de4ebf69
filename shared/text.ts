/** Text of people's, made safe to show: nothing in it moves, hides or breaks what stands around it. Pure. */

/** Direction controls and what takes no room; not the joiners (U+200C, U+200D) that Indic scripts and emoji need. */
const UNSEEN = '\\u00AD\\u061C\\u180E\\u200B\\u200E\\u200F\\u202A-\\u202E\\u2060-\\u206F\\uFEFF\\uFFF9-\\uFFFB';
const HIDDEN = new RegExp(`[${UNSEEN}]`, 'gu');

/** A text that shows something: what stands in `pattern` of a schema, so without classes that few can read. */
export const SHOWS_SOMETHING = new RegExp(`[^\\s\\u0000-\\u001F\\u007F-\\u009F\\u200C\\u200D\\u2800\\u3164${UNSEEN}]`);

/** Half a surrogate pair is no character. */
const seen = (text: string): string => text.replace(HIDDEN, '').replace(/\p{Cs}/gu, '\uFFFD');

/** One line: control characters and runs of white space become one space. */
export const oneLine = (text: string): string =>
  seen(text)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();

/** Lines as they were typed: each ends in `\n`, and no other control character is left. */
export const lines = (text: string): string =>
  seen(text)
    .replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '');

/** The same without what is empty around them. */
export const paragraphs = (text: string): string => lines(text).trim();

const RIGHT_TO_LEFT = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}]/u;

/** In plain text: a name in a script from right to left turns nothing around it. HTML has `<bdi>` for that. */
export const isolated = (text: string): string => (RIGHT_TO_LEFT.test(text) ? `\u2068${text}\u2069` : text);

/** What people type, as it is: nothing in it is a pattern. */
export const literal = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
