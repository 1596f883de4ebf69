import { readFileSync } from 'node:fs';
import type Router from '@koa/router';
import type { Context } from 'koa';
import type { HttpParts } from '../http.ts';
import { textOf } from './markup.ts';
import { inboxPage, type Shown, type View } from './page.ts';
import { previewHtml, previewPolicy } from './preview.ts';

const pagePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const asset = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');

/** Longer sources are shown cut; the link beside gives the whole. */
const SOURCE_SHOWN = 200_000;

/** Adds the pages for people: the list, one mail, and the frame that holds its HTML. */
export function addInboxRoutes(router: Router, { mailbox, faults, stats }: HttpParts): void {
  const assets = { 'inbox.css': asset('./inbox.css'), 'inbox.js': asset('./inbox.js') };
  for (const [name, content] of Object.entries(assets)) {
    router.get(`/${name}`, (ctx) => {
      ctx.type = name.endsWith('css') ? 'text/css' : 'text/javascript';
      ctx.set('X-Content-Type-Options', 'nosniff');
      ctx.body = content;
    });
  }

  // Browsers ask for it unbidden; a 404 would stand in the console as if something were broken.
  router.get('/favicon.ico', (ctx) => {
    ctx.status = 204;
  });

  router.get('/', (ctx) => sendPage(ctx, null));
  router.get('/mail/:id', async (ctx) => {
    const id = ctx.params.id ?? '';
    const mail = await mailbox.open(id);
    if (mail === null) {
      ctx.redirect('/');
      return;
    }
    const view = viewOf(ctx.query.view, mail.html !== null);
    const source = view === 'source' ? (mailbox.source(id)?.toString('utf8') ?? '') : '';
    sendPage(ctx, {
      mail,
      view,
      phone: ctx.query.width === 'phone',
      source: source.slice(0, SOURCE_SHOWN),
      cut: source.length > SOURCE_SHOWN,
    });
  });
  router.get('/mail/:id/preview', async (ctx) => {
    const mail = (await mailbox.open(ctx.params.id ?? '')) ?? ctx.throw(404, 'no such mail');
    ctx.set('Content-Security-Policy', previewPolicy);
    ctx.set('X-Content-Type-Options', 'nosniff');
    ctx.set('Referrer-Policy', 'no-referrer');
    ctx.type = 'text/html; charset=utf-8';
    ctx.body = previewHtml(mail);
  });

  function sendPage(ctx: Context, shown: Shown | null): void {
    const search = typeof ctx.query.q === 'string' ? ctx.query.q.trim() : '';
    const found = mailbox.list(search === '' ? {} : { anywhere: search });
    ctx.set('Content-Security-Policy', pagePolicy);
    ctx.set('X-Content-Type-Options', 'nosniff');
    ctx.set('Referrer-Policy', 'no-referrer');
    ctx.set('Cache-Control', 'no-store');
    ctx.type = 'text/html; charset=utf-8';
    ctx.body = textOf(inboxPage({ found, held: stats().messages, search, shown, faults: faults() }));
  }
}

function viewOf(asked: unknown, hasHtml: boolean): View {
  if (asked === 'source' || asked === 'text') return asked;
  return hasHtml ? 'html' : 'text';
}
