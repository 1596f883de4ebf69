// The inbox page, rendered whole on the server; it works without JavaScript, which only keeps the list fresh.
import { type Faults, noFaults } from '../faults.ts';
import type { CaughtMail, MailSummary } from '../message.ts';
import { html, type Markup } from './markup.ts';

export type View = 'html' | 'text' | 'source';

/** The mail on the right, and how it is looked at. */
export interface Shown {
  mail: CaughtMail;
  view: View;
  phone: boolean;
  source: string;
  /** The source is longer than what is shown. */
  cut: boolean;
}

export interface InboxState {
  found: MailSummary[];
  held: number;
  search: string;
  shown: Shown | null;
  faults: Faults;
}

/** Rows on the page; a search finds the older ones. */
const ROWS = 200;

export function inboxPage(state: InboxState): Markup {
  const { shown, search } = state;
  const title = shown === null ? 'Inbox' : shown.mail.subject || '(no subject)';
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Mail catcher</title>
<link rel="stylesheet" href="/inbox.css">
<script src="/inbox.js" type="module"></script>
</head>
<body class="${shown === null ? 'listing' : 'reading'}">
<a class="skip" href="#mail">Skip to the mail</a>
<header class="top">
<a class="brand" href="/">Mail catcher</a>
${serverState(state.faults)}
<form class="search" role="search" action="/"><input type="search" name="q" value="${search}"
 placeholder="Subject or address" aria-label="Search the mails"></form>
</header>
<div class="panes">
<nav class="list" id="list" aria-label="Mails">${mailList(state)}</nav>
<main id="mail" tabindex="-1">${shown === null ? nothingOpen(state.held) : mailView(shown, search)}</main>
</div>
</body>
</html>`;
}

function serverState(faults: Faults): Markup {
  const active = Object.entries(faults).filter(
    ([name, value]) => name !== 'seed' && String(value) !== String(noFaults[name as keyof Faults]),
  );
  const [kind, words] = faults.down
    ? ['down', 'SMTP is down']
    : active.length > 0
      ? ['faulty', `faults: ${active.map(([name]) => name).join(', ')}`]
      : ['up', 'SMTP is up'];
  return html`<p class="state ${kind}" id="state" role="status">${words}</p>`;
}

function mailList({ found, held, search, shown }: InboxState): Markup {
  const count = search === '' ? `${held} ${held === 1 ? 'mail' : 'mails'}` : `${found.length} of ${held} mails`;
  const rows = found.slice(0, ROWS).map((mail) => {
    const current = mail.id === shown?.mail.id;
    return html`<li><a class="row" href="${mailLink(mail.id, { search })}"${current && html` aria-current="page"`}>
<span class="subject">${mail.subject || '(no subject)'}</span>
<time datetime="${mail.receivedAt}">${clock(mail.receivedAt)}</time>
<span class="to">${mail.to.join(', ') || mail.envelope.to.join(', ')}</span></a></li>`;
  });
  return html`<p class="count">${count}${search !== '' && html` · <a href="/">show all</a>`}</p>
<ol>${rows}</ol>
${found.length > ROWS && html`<p class="count">The newest ${ROWS} are listed; search for the others.</p>`}`;
}

function nothingOpen(held: number): Markup {
  return html`<div class="empty"><p>${held === 0 ? 'No mail yet. It shows here the moment it comes.' : 'Choose a mail to read it as its recipient does.'}</p>
<p class="keys"><kbd>j</kbd> <kbd>k</kbd> next, previous · <kbd>Enter</kbd> open · <kbd>Esc</kbd> back · <kbd>/</kbd> search</p></div>`;
}

function mailView(shown: Shown, search: string): Markup {
  const { mail, view, phone } = shown;
  const tab = (to: View, label: string, exists: boolean) =>
    exists &&
    html`<a href="${mailLink(mail.id, { search, view: to, phone })}"${to === view && html` aria-current="true"`}>${label}</a>`;
  return html`<article>
<header class="head">
<a class="back" href="/${search !== '' && html`?q=${encodeURIComponent(search)}`}">← All mails</a>
<h1>${mail.subject || '(no subject)'}</h1>
<dl>
<dt>From</dt><dd>${mail.fromName !== '' && html`<b>${mail.fromName}</b> `}${mail.from}</dd>
<dt>To</dt><dd>${mail.to.join(', ') || mail.envelope.to.join(', ')}</dd>
<dt>Date</dt><dd><time datetime="${mail.date ?? mail.receivedAt}">${fullDate(mail.date ?? mail.receivedAt)}</time></dd>
</dl>
</header>
<div class="bar">
<nav class="tabs" aria-label="View">${tab('html', 'HTML', mail.html !== null)}${tab('text', 'Text', mail.text !== null)}${tab('source', 'Source', true)}</nav>
${
  view === 'html' &&
  html`<nav class="tabs widths" aria-label="Width">
<a href="${mailLink(mail.id, { search, view })}"${!phone && html` aria-current="true"`}>Full</a>
<a href="${mailLink(mail.id, { search, view, phone: true })}"${phone && html` aria-current="true"`}>Phone</a></nav>`
}
</div>
${body(shown)}
${mail.attachments.length > 0 && attachmentList(mail)}
</article>`;
}

function body({ mail, view, phone, source, cut }: Shown): Markup {
  if (view === 'html') {
    return html`<iframe class="${phone ? 'phone' : 'full'}" title="The mail as its recipient sees it" src="/mail/${mail.id}/preview"
 sandbox="allow-popups allow-popups-to-escape-sandbox" referrerpolicy="no-referrer"></iframe>`;
  }
  // A leading newline is swallowed by <pre>: without this one a mail would lose its first.
  if (view === 'text')
    return html`<pre class="plain" tabindex="0">\n${mail.text ?? 'This mail has no text part.'}</pre>`;
  return html`<p class="note"><a href="/messages/${mail.id}/source">${mail.size} bytes, raw</a>${cut && ' · shown is the beginning'}</p>
<pre class="source" tabindex="0">\n${source}</pre>`;
}

function attachmentList(mail: CaughtMail): Markup {
  const items = mail.attachments.map(
    ({ filename, contentType, cid, size }, index) =>
      html`<li><a href="/messages/${mail.id}/attachments/${index}" download="${filename}">${filename}</a>
<span>${contentType} · ${bytes(size)}${cid !== null && ' · inline'}</span></li>`,
  );
  return html`<section class="attachments"><h2>Attachments</h2><ul>${items}</ul></section>`;
}

interface LinkOptions {
  search: string;
  view?: View;
  phone?: boolean;
}

function mailLink(id: string, { search, view, phone }: LinkOptions): string {
  const query = new URLSearchParams();
  if (view !== undefined) query.set('view', view);
  if (phone) query.set('width', 'phone');
  if (search !== '') query.set('q', search);
  return query.size === 0 ? `/mail/${id}` : `/mail/${id}?${query}`;
}

const time = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' });
const dateAndTime = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long' });

const clock = (iso: string) => time.format(new Date(iso));
const fullDate = (iso: string) => dateAndTime.format(new Date(iso));

function bytes(size: number): string {
  return size < 1024 ? `${size} B` : `${(size / 1024).toFixed(1)} kB`;
}
