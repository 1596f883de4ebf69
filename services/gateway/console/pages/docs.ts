/** What /openapi.json says, as a page for people: public as the document is, and made of nothing but it. */
import type { ApiDocument } from '../../api-docs/document.ts';
import { readDocument } from '../../api-docs/read-document.ts';
import { page, Raw } from '../page.ts';
import { render } from '../views.ts';

/** Made once for each document: nobody keeps the gateway busy by asking again. */
const made = new WeakMap<object, string>();

function docsHtml(document: Record<string, unknown>): string {
  const known = made.get(document);
  if (known !== undefined) return known;
  const api = readDocument(document as unknown as ApiDocument);
  const html = render('docs', { api, page: { title: 'API', csrf: '', scripts: [], now: new Date() } });
  made.set(document, html);
  return html;
}

export const docsPage = page({
  path: '/docs',
  access: 'public',
  title: 'API',
  handle: ({ gateway }) => new Raw('text/html; charset=utf-8', docsHtml(gateway.document())),
});
