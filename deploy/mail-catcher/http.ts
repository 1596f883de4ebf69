// The HTTP side: what tests and the demo ask, and the inbox for people.
import { PassThrough, Readable } from 'node:stream';
import Router from '@koa/router';
import Koa from 'koa';
import rawBody from 'raw-body';
import { type Faults, InvalidFaultsError } from './faults.ts';
import { addInboxRoutes } from './inbox/routes.ts';
import type { Mailbox } from './mailbox.ts';
import type { CaughtMail, MailAttachment } from './message.ts';
import type { SmtpStats } from './smtp.ts';

export interface HttpParts {
  mailbox: Mailbox;
  faults: () => Faults;
  setFaults: (patch: unknown) => Promise<Faults>;
  stats: () => SmtpStats & { messages: number };
  /** Calls back when mails or faults changed; answers what ends it. */
  onChange: (listener: () => void) => () => void;
}

/** The Koa application; it does not listen. */
export function createHttpApp(parts: HttpParts): Koa {
  const { mailbox } = parts;
  const router = new Router();

  router.get('/messages', (ctx) => {
    const { to, subject, messageId, limit } = ctx.query;
    const wanted = mailbox.list({ to: first(to), subject: first(subject), messageId: first(messageId) });
    const size = Number(first(limit) ?? wanted.length);
    if (!Number.isInteger(size) || size < 0) ctx.throw(400, 'limit: a whole number');
    ctx.type = 'application/json';
    ctx.body = Readable.from(jsonArray(mailbox, wanted.slice(0, size)));
  });
  router.delete('/messages', (ctx) => {
    mailbox.clear();
    ctx.status = 204;
  });
  router.get('/messages/:id', async (ctx) => {
    ctx.body = toJson(await opened(ctx));
  });
  router.get('/messages/:id/source', (ctx) => {
    const source = mailbox.source(ctx.params.id ?? '');
    if (source === null) ctx.throw(404, 'no such mail');
    ctx.set('X-Content-Type-Options', 'nosniff');
    ctx.type = 'text/plain; charset=utf-8';
    ctx.body = source;
  });
  router.get('/messages/:id/attachments/:n', async (ctx) => {
    const { attachments } = await opened(ctx);
    sendAttachment(ctx, attachments[Number(ctx.params.n)] ?? ctx.throw(404, 'no such attachment'));
  });

  router.get('/control/faults', (ctx) => {
    ctx.body = parts.faults();
  });
  router.post('/control/faults', async (ctx) => {
    ctx.body = await parts.setFaults(await readJson(ctx));
  });
  router.get('/control/stats', (ctx) => {
    ctx.body = parts.stats();
  });
  router.get('/healthz', (ctx) => {
    ctx.body = { status: 'ok' };
  });
  router.get('/changes', (ctx) => {
    ctx.type = 'text/event-stream';
    ctx.set('Cache-Control', 'no-store');
    ctx.body = changeEvents(parts.onChange);
  });
  addInboxRoutes(router, parts);

  async function opened(ctx: Koa.Context & { params: Record<string, string> }): Promise<CaughtMail> {
    const mail = await mailbox.open(ctx.params.id ?? '');
    return mail ?? ctx.throw(404, 'no such mail');
  }

  const app = new Koa();
  // An inbox page that is closed cuts its stream of changes: no fault of ours.
  app.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE' && error.code !== 'ECONNRESET') console.error(error);
  });
  app.use(answerProblems);
  app.use(router.routes());
  return app;
}

async function answerProblems(ctx: Koa.Context, next: Koa.Next): Promise<void> {
  try {
    await next();
    if (ctx.status === 404 && ctx.body == null) ctx.throw(404, 'nothing here');
  } catch (error) {
    const status = error instanceof InvalidFaultsError ? 400 : Number((error as { status?: unknown }).status ?? 500);
    if (status >= 500) ctx.app.emit('error', error, ctx);
    ctx.status = status;
    ctx.body = { title: status < 500 ? 'Request refused' : 'Failed', status, detail: (error as Error).message };
    ctx.type = 'application/problem+json';
  }
}

// Read as JSON whatever the content type says: `curl -d` calls it a form, and a fault ignored in silence costs hours.
async function readJson(ctx: Koa.Context): Promise<unknown> {
  const body = await rawBody(ctx.req, { limit: '1mb', encoding: 'utf8' });
  try {
    return JSON.parse(body);
  } catch {
    return ctx.throw(400, 'the body is not JSON');
  }
}

function toJson(mail: CaughtMail) {
  return { ...mail, attachments: mail.attachments.map(({ content: _, ...described }) => described) };
}

// One mail at a time: ten thousand of them need not be in memory at once.
async function* jsonArray(mailbox: Mailbox, wanted: { id: string }[]): AsyncGenerator<string> {
  let before = '[';
  for (const { id } of wanted) {
    const mail = await mailbox.open(id);
    if (mail === null) continue;
    yield before + JSON.stringify(toJson(mail));
    before = ',\n';
  }
  yield before === '[' ? '[]' : ']';
}

const SHOWN_INLINE = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

// Attachments are strangers' bytes on our origin: only plain images show, everything else downloads, nothing runs.
function sendAttachment(ctx: Koa.Context, { content, contentType, filename }: MailAttachment): void {
  ctx.attachment(filename, { type: SHOWN_INLINE.has(contentType) ? 'inline' : 'attachment' });
  ctx.set('Content-Security-Policy', "default-src 'none'; sandbox");
  ctx.set('X-Content-Type-Options', 'nosniff');
  ctx.set('Content-Type', /^[\w.+-]+\/[\w.+-]+$/.test(contentType) ? contentType : 'application/octet-stream');
  ctx.body = content;
}

/** At most four events a second, however many mails come. */
function changeEvents(onChange: HttpParts['onChange']): PassThrough {
  const stream = new PassThrough();
  let due: NodeJS.Timeout | undefined;
  const stop = onChange(() => {
    due ??= setTimeout(() => {
      due = undefined;
      stream.write('event: change\ndata: {}\n\n');
    }, 250).unref();
  });
  stream.once('close', () => {
    stop();
    clearTimeout(due);
  });
  stream.write('retry: 1000\n\n');
  return stream;
}

function first(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
