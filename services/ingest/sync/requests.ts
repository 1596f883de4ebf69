/** What the other services ask ingest for, over the bus. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Action, record } from '../../../shared/audit/index.ts';
import { RequestFailed } from '../../../shared/bus/index.ts';
import { answer, type SyncAnswer, type SyncQuestion } from '../../../shared/bus/requests.ts';
import { failureKind, isTransient, NotAtRazorpay } from '../razorpay/errors.ts';
import { type RunningSweep, type SweepRequest, type SweepTools, startSweep } from '../sweep/run.ts';
import { EARLIEST, type Window } from '../sweep/window.ts';
import { asRequestFailed } from './failures.ts';
import { checkedPaymentId, lookUp, paymentStatus } from './look-up.ts';
import { syncPayment } from './payment.ts';
import { readAgain } from './read-again.ts';

export interface Requests {
  /** Interrupts the syncs that run here. */
  stop(): Promise<void>;
}

/** Razorpay's own last moment. */
const LATEST = 4_765_046_400;
/** The bus waits longer than this for no answer, ms. */
const LONGEST_WAIT_MS = 60_000;

/** @throws RequestFailed 422 */
function windowOf({ from, to }: SyncQuestion): Window | undefined {
  if (from === undefined && to === undefined) return undefined;
  const fine = (seconds: unknown): seconds is number =>
    Number.isSafeInteger(seconds) && (seconds as number) >= EARLIEST && (seconds as number) <= LATEST;
  if (fine(from) && fine(to) && from <= to) return { from, to };
  throw new RequestFailed(422, 'from and to are whole seconds since 1970, both or neither, from before to');
}

/** Answers until stopped. Fails with 503 before the store is there. */
export function answerRequests(tools: SweepTools, isOpen: () => boolean): Requests {
  const { bus, store, razorpay, log } = tools;
  const stopping = new AbortController();
  /**
   * By what was asked. Only an identical request joins a running one, and only in this replica: two replicas at the same
   * window do the same work twice, to no harm.
   */
  const running = new Map<string, RunningSweep>();

  const open = () => {
    if (!isOpen()) throw new RequestFailed(503, 'ingest cannot reach its store yet; try again in a moment');
  };

  function run(key: string, request: SweepRequest): RunningSweep {
    const joined = running.get(key);
    if (joined) return joined;
    const sweep = startSweep(tools, request);
    running.set(key, sweep);
    sweep.ended.finally(() => running.delete(key)).catch(() => undefined);
    return sweep;
  }

  /** In the trail is who asked, whatever comes of it. */
  async function note(action: Action, actor: string, subject: string, correlationId: string, facts: object) {
    const payment_id = subject.startsWith('payment:') ? subject.slice('payment:'.length) : null;
    await record(store, [
      { action, actor, subject, payment_id, correlation_id: correlationId, facts: { ...facts } },
    ]).catch((error: unknown) => log.warn({ reason: (error as Error).name }, 'sync: cannot write to the audit trail'));
  }

  async function sync(question: SyncQuestion, correlationId: string): Promise<SyncAnswer> {
    open();
    const id = question.payment_id === undefined ? undefined : checkedPaymentId(question.payment_id);
    const window = id === undefined ? windowOf(question) : undefined;
    const key = id ?? (window ? `${window.from}-${window.to}` : 'due');
    const sweep = run(key, {
      kind: 'manual',
      requestedBy: question.requested_by,
      correlationId,
      stopping: stopping.signal,
      ...(window && { window }),
      ...(id !== undefined && { payment: { id, work: (sweep) => syncPayment(sweep, id) } }),
    });
    const subject = id === undefined ? `sweep:${sweep.id}` : `payment:${id}`;
    await note('sync.requested', question.requested_by, subject, correlationId, { sweep_id: sweep.id, ...window });
    const waitMs = Math.min(Math.max(0, Number(question.wait_ms) || 0), LONGEST_WAIT_MS);
    const timer = new AbortController();
    const late = sleep(waitMs, null, { signal: timer.signal }).catch(() => null);
    const ended = await Promise.race([sweep.ended, late]);
    timer.abort();
    if (ended === null) return sweep.view();
    if (ended.cause instanceof NotAtRazorpay) throw asRequestFailed(ended.cause);
    return ended.answer;
  }

  /** One live call, told in the trail whether it succeeds or not. */
  async function live<T>(what: string, paymentId: string, correlationId: string, fetch: () => Promise<T>): Promise<T> {
    const subject = `payment:${paymentId}`;
    try {
      const fetched = await fetch();
      if (isOpen()) void note('razorpay.fetched', 'ingest', subject, correlationId, { what });
      return fetched;
    } catch (error) {
      const kind = failureKind(error);
      if (isOpen()) void note('razorpay.fetch_failed', 'ingest', subject, correlationId, { what, kind });
      if (isTransient(error)) log.warn({ payment_id: paymentId, err: error }, 'sync: Razorpay did not answer');
      throw asRequestFailed(error);
    }
  }

  answer(bus, 'ingest.sync', sync);
  answer(bus, 'ingest.payment-status', async ({ payment_id }, correlationId) => {
    const id = checkedPaymentId(payment_id);
    return await live('status', id, correlationId, () => paymentStatus(razorpay, id));
  });
  answer(bus, 'ingest.lookup', async ({ payment_id }, correlationId) => {
    const id = checkedPaymentId(payment_id);
    return await live('lookup', id, correlationId, () => lookUp(razorpay, id, correlationId));
  });
  answer(bus, 'ingest.read', async ({ body }, correlationId) => {
    if (typeof body !== 'string') throw new RequestFailed(400, 'body must be base64');
    return readAgain(Buffer.from(body, 'base64'), correlationId);
  });

  return {
    async stop() {
      stopping.abort();
      await Promise.allSettled([...running.values()].map(({ ended }) => ended));
    },
  };
}
