import type { CaughtMail } from '../message.ts';

/**
 * The mail's HTML for the preview frame: `cid:` links lead to the attachments and links open in a new tab.
 * It is still a stranger's HTML: serve it with {@link previewPolicy} and frame it sandboxed.
 */
export function previewHtml({ id, html, attachments }: CaughtMail): string {
  const byCid = new Map(attachments.map(({ cid }, index) => [cid, `/messages/${id}/attachments/${index}`]));
  return (html ?? '')
    .replace(/\bcid:([^"'\s>)]+)/gi, (link, cid: string) => byCid.get(decoded(cid)) ?? link)
    .replace(/<head(\s[^>]*)?>/i, (head) => `${head}<base target="_blank">`);
}

/** Nothing runs, nothing is fetched but our own attachments: a mail cannot phone home from here. */
export const previewPolicy =
  "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; " +
  "frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";

// RFC 2392: the cid in a link is percent-encoded.
function decoded(cid: string): string {
  try {
    return decodeURIComponent(cid);
  } catch {
    return cid;
  }
}
