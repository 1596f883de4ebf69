/** Writers of dates, kept: making one costs more than writing a hundred dates with it. */

const MOST = 200;
const made = new Map<string, Intl.DateTimeFormat>();

/** As `new Intl.DateTimeFormat(locale, options)`. @throws RangeError for a time zone that is none */
export function dateFormat(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  let format = made.get(key);
  if (!format) {
    format = new Intl.DateTimeFormat(locale, options);
    // Events are in a few time zones; whoever makes up more of them gets no room for it.
    if (made.size >= MOST) made.clear();
    made.set(key, format);
  }
  return format;
}
