/** The console's icons: strokes on a 20 × 20 grid, inline, because a strict policy and a dark theme both want them so. */
const PATHS: Record<string, string> = {
  today: 'M3 10.5 10 4l7 6.5M5 9v7h4v-4h2v4h4V9',
  payments: 'M2.5 5.5h15v9h-15zM2.5 8.5h15M5.5 12h3',
  held: 'M10 3.5 17.5 16.5h-15zM10 8v4M10 14.2v.1',
  foreign: 'M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M5 5l10 10',
  mails: 'M2.5 5h15v10h-15zM3 5.5l7 5.5 7-5.5',
  events: 'M3.5 5h13v11.5h-13zM3.5 8.5h13M7 3v3.5M13 3v3.5',
  attendees:
    'M7.5 9.5a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6M2.5 16.5c0-3 2-4.8 5-4.8s5 1.8 5 4.8M13 4.3a2.6 2.6 0 0 1 0 5M14.2 12c2 .5 3.3 2 3.3 4.5',
  scan: 'M3 7V3.5h3.5M13.5 3.5H17V7M17 13v3.5h-3.5M6.5 16.5H3V13M6 10h8',
  sweeps: 'M16.5 10a6.5 6.5 0 0 1-12 3.5M3.5 10a6.5 6.5 0 0 1 12-3.5M15.5 3v3.5H12M4.5 17v-3.5H8',
  dead: 'M3 6.5h14v10H3zM2.5 3.5h15v3h-15zM8 10h4',
  audit: 'M5 3h10v14H5zM7.5 6.5h5M7.5 9.5h5M7.5 12.5h3',
  clubs: 'M3 16.5v-8L10 4l7 4.5v8M7.5 16.5v-5h5v5',
  users: 'M10 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6M4 17c0-3.5 2.4-5.5 6-5.5s6 2 6 5.5',
  menu: 'M3 5.5h14M3 10h14M3 14.5h14',
  search: 'M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11M13 13l4 4',
  good: 'M4 10.5 8.5 15 16 6',
  bad: 'M5 5l10 10M15 5 5 15',
  info: 'M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14M10 9v4.5M10 6.3v.1',
  copy: 'M7 7h9v9.5H7zM4 13V3.5h9',
  out: 'M8 3.5H3.5v13H8M12.5 6.5 16 10l-3.5 3.5M16 10H7.5',
  link: 'M11 4h5v5M16 4l-7 7M13 11.5V16H4V7h4.5',
  next: 'M8 4.5 13.5 10 8 15.5',
  plus: 'M10 4v12M4 10h12',
};

/** Hidden from screen readers: the words beside it say it. @throws Error for a name that is none */
export function icon(name: string): string {
  const path = PATHS[name];
  if (path === undefined) throw new Error(`there is no icon "${name}"`);
  return `<svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false"><path d="${path}"/></svg>`;
}
