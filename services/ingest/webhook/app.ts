/**
 * POST /webhooks/razorpay: raw bytes → signature → observation → bus → 200, and 200 only once the bus has stored it.
 * Anything but 2xx makes Razorpay deliver again; after 24 h of failures it disables the webhook, so every event that
 * is of no use to us is answered 200 too.
 */
import { createHash } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import rawBody from 'raw-body';
import { type Bus, BusUnavailable, OBSERVED, UNREADABLE } from '../../../shared/bus/index.ts';
import { type Answer, type Exchange, header, plainHttp } from '../../../shared/http/plain.ts';
import { Problem } from '../../../shared/http/problem.ts';
import type { Logger } from '../../../shared/log/index.ts';
import { sparing } from '../../../shared/log/sparing.ts';
import type { IngestMetrics } from '../metrics.ts';
import type { AccountGuard } from './account.ts';
import { eventLabel } from './events.ts';
import { isSigned } from './signature.ts';
import { type Translation, translate } from './translate.ts';

export interface WebhookOptions {
  secrets: readonly string[];
  bus: Bus;
  account: AccountGuard;
  metrics: IngestMetrics;
  log: Logger;
  /** How long a body may take to arrive, ms. */
  readWithinMs?: number;
}

const LIMIT_BYTES = 256 * 1_024;
const READ_WITHIN_MS = 10_000;
/** Not covered by the signature: it saves handling an event twice and ties logs together; the join needs neither. */
const EVENT_ID = /^[\w-]{1,64}$/;

const eventId = (request: IncomingMessage, body: Buffer): string => {
  const given = header(request, 'x-razorpay-event-id');
  return EVENT_ID.test(given) ? given : createHash('sha256').update(body).digest('hex');
};

/** @throws Problem 413 without reading the rest, 408 when the sender takes too long, 400 when it went away */
async function readBytes(request: IncomingMessage, withinMs: number): Promise<Buffer> {
  let slow: Problem | undefined;
  const late = setTimeout(() => {
    slow = new Problem(408, { detail: `a webhook has to arrive within ${withinMs} ms` });
    request.destroy(slow);
  }, withinMs);
  try {
    return await rawBody(request, { limit: LIMIT_BYTES, length: header(request, 'content-length') || null });
  } catch (error) {
    if (slow) throw slow;
    const { status = 400, type } = error as { status?: number; type?: string };
    const detail = status === 413 ? `a webhook has at most ${LIMIT_BYTES} bytes` : `the body cannot be read (${type})`;
    throw new Problem(status, { detail }, { cause: error });
  } finally {
    clearTimeout(late);
  }
}

export function createWebhookApp(options: WebhookOptions): RequestListener {
  const { secrets, bus, account, metrics, log, readWithinMs = READ_WITHIN_MS } = options;
  const usable = secrets.filter((secret) => secret !== '');
  if (usable.length === 0) throw new Error('no webhook secret: every signature would have to be believed');
  // Apart: no flood of bad signatures hides what another account sends.
  const refused = {
    401: sparing(log, 'webhook: refused', { answer: 401 }),
    403: sparing(log, 'webhook: refused', { answer: 403 }),
  };

  async function publish(subject: string, bytes: Uint8Array, id: string): Promise<boolean> {
    const observe = metrics.webhookPublish.startTimer();
    try {
      return (await bus.publish(subject, bytes, id, id)).duplicate;
    } catch (error) {
      if (!(error instanceof BusUnavailable)) throw error;
      const detail = 'the bus cannot store this event right now; deliver it again';
      throw new Problem(503, { detail }, { cause: error, headers: { 'Retry-After': '5' } });
    } finally {
      observe();
    }
  }

  async function unreadable(body: Buffer, id: string): Promise<boolean> {
    metrics.unreadable.inc({ source: 'webhook' });
    return await publish(UNREADABLE, body, id);
  }

  async function store(translation: Translation, body: Buffer, id: string): Promise<boolean> {
    switch (translation.kind) {
      case 'observation':
        if (translation.unread !== null) await unreadable(body, `${id}.unread`);
        return await publish(OBSERVED, Buffer.from(JSON.stringify(translation.observation)), id);
      case 'unreadable':
        return await unreadable(body, id);
      case 'unused':
        return false;
    }
  }

  async function take(exchange: Exchange): Promise<Answer> {
    const { request } = exchange;
    let event: string | null = null;
    try {
      const body = await readBytes(request, readWithinMs);
      if (!isSigned(body, header(request, 'x-razorpay-signature') || undefined, usable))
        throw new Problem(401, { detail: 'X-Razorpay-Signature does not fit this body' });
      metrics.lastWebhook.setToCurrentTime();
      const id = eventId(request, body);
      const translation = translate(body, id);
      event = translation.event;
      exchange.correlationId = id;
      if (!(await account.accepts(translation.accountId)))
        throw new Problem(403, { detail: 'this event is of another Razorpay account than this store’s' });
      if (translation.kind !== 'unreadable' && translation.createdAt !== null)
        metrics.webhookAge.observe(Math.max(0, Date.now() / 1_000 - translation.createdAt));
      const duplicate = await store(translation, body, id);
      tell(log, { correlation_id: id, event }, translation, duplicate);
      metrics.webhooks.inc({ event: eventLabel(event), answer: '200' });
      return { status: 200, body: { status: translation.kind, duplicate } };
    } catch (error) {
      const answer = error instanceof Problem ? error.status : 500;
      if (answer === 401 || answer === 403) refused[answer]({ correlation_id: exchange.correlationId, event });
      metrics.webhooks.inc({ event: eventLabel(event), answer: String(answer) });
      throw error;
    }
  }

  return plainHttp(log, {
    '/webhooks/razorpay': { POST: take },
    '/healthz': { GET: () => ({ status: 200, body: { status: 'alive' } }) },
  });
}

function tell(
  log: Logger,
  about: { correlation_id: string; event: string | null },
  translation: Translation,
  duplicate: boolean,
): void {
  if (translation.kind === 'observation') {
    const { observation, unread } = translation;
    log.info({ ...about, payment_id: observation.payment_id, duplicate }, 'webhook: stored');
    if (unread !== null)
      log.error(
        { ...about, payment_id: observation.payment_id, reason: unread },
        'webhook: stored, but some of it is unreadable; it goes to the dead letters',
      );
  } else if (translation.kind === 'unreadable')
    log.error({ ...about, reason: translation.reason }, 'webhook: signed, but unreadable; it goes to the dead letters');
  else log.debug(about, 'webhook: of no use to us');
}
