/**
 * One HTTP exchange with Razorpay through its SDK. The SDK hides headers, real errors and time-outs; what it hides is
 * picked up on its axios instance, kept apart per call by an AsyncLocalStorage, and every failure gets its class.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import Razorpay from 'razorpay';
import { observedAt } from './clock.ts';
import {
  NotAtRazorpay,
  type RazorpayError,
  RazorpayRateLimited,
  RazorpayRejected,
  RazorpayUnauthorized,
  RazorpayUnavailable,
} from './errors.ts';

/** The part of axios that the SDK uses and we touch; `rq` is missing from the SDK's types. */
interface Answer {
  status: number;
  headers: Record<string, unknown>;
  data: unknown;
}
interface Failure {
  message?: string;
  code?: string;
  response?: Answer;
}
interface Axios {
  defaults: Record<string, unknown>;
  interceptors: {
    request: { use(fulfilled: (config: { signal?: AbortSignal | undefined }) => unknown): void };
    response: { use(fulfilled: (answer: Answer) => unknown, rejected: (failure: Failure) => unknown): void };
  };
}

interface Call {
  signal: AbortSignal;
  answer?: Answer;
  failure?: Failure;
}

export interface Exchange {
  body: unknown;
  /** The `Date` header. */
  date: string | undefined;
  durationMs: number;
}

export interface ExchangeOptions {
  /** Of the whole call, ms, also when bytes trickle in. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
}

export type Ask = (sdk: Razorpay) => Promise<unknown>;
/** Asks once. @throws one of the Razorpay errors, or the signal's reason when it was aborted */
export type Exchanger = (operation: string, ask: Ask, options: ExchangeOptions) => Promise<Exchange>;

const header = (answer: Answer | undefined, name: string): string | undefined => {
  const value = answer?.headers[name];
  return typeof value === 'string' ? value : undefined;
};

const UNKNOWN_ID = /id provided does not exist/i;

/** Razorpay's own description, or that of the gateway in front of it; an HTML page has none. */
function description(body: unknown): string | undefined {
  if (body === null || typeof body !== 'object') return undefined;
  const { error, message } = body as { error?: { description?: unknown } | null; message?: unknown };
  const text = error?.description ?? message;
  return typeof text === 'string' ? text : undefined;
}

function classify(operation: string, answer: Answer, durationMs: number, cause: unknown): RazorpayError {
  const { status } = answer;
  const text = `${status}${description(answer.data) === undefined ? '' : ` ${description(answer.data)}`}`;
  const options = { cause };
  if (status === 429) {
    const limited = new RazorpayRateLimited(operation, status, text, options);
    const seconds = Number(header(answer, 'retry-after'));
    if (seconds > 0) limited.retryAfterMs = seconds * 1_000;
    return limited;
  }
  if (status === 401) return new RazorpayUnauthorized(operation, status, text, options);
  if (status === 400 && UNKNOWN_ID.test(text)) {
    const unknown = new NotAtRazorpay(operation, status, text, options);
    unknown.observedAt = observedAt(header(answer, 'date'), durationMs);
    return unknown;
  }
  if (status >= 400 && status < 500) return new RazorpayRejected(operation, status, text, options);
  return new RazorpayUnavailable(operation, status, text, options);
}

/** The secret stands in the failure's request configuration: only its words may travel on as a cause. */
const words = (failure: Failure): Error => new Error(failure.code ?? failure.message ?? 'no answer');

export function createExchanger(keyId: string, keySecret: string, apiUrl: string): Exchanger {
  const calls = new AsyncLocalStorage<Call>();
  const sdk = new Razorpay({ key_id: keyId, key_secret: keySecret });
  const { rq } = (sdk as unknown as { api: { rq: Axios } }).api;
  // The SDK puts /v1 in front of each path itself.
  rq.defaults.baseURL = apiUrl.replace(/\/+$/, '');
  rq.defaults.maxRedirects = 0;
  rq.defaults.maxContentLength = 32 * 1_024 * 1_024;
  rq.interceptors.request.use((config) => {
    config.signal = calls.getStore()?.signal;
    return config;
  });
  rq.interceptors.response.use(
    (answer) => {
      const call = calls.getStore();
      if (call) call.answer = answer;
      return answer;
    },
    (failure) => {
      const call = calls.getStore();
      if (call) call.failure = failure;
      throw failure;
    },
  );

  return async (operation, ask, { timeoutMs, signal }) => {
    signal?.throwIfAborted();
    const ending = new AbortController();
    const cut = () => ending.abort();
    const late = setTimeout(cut, timeoutMs);
    signal?.addEventListener('abort', cut, { once: true });
    const call: Call = { signal: ending.signal };
    const started = performance.now();
    try {
      const body = await calls.run(call, () => ask(sdk));
      if (call.answer === undefined) throw new RazorpayUnavailable(operation, null, 'no answer');
      // Any 2xx that is no object is a proxy's page or JSON that was cut.
      if (body === null || typeof body !== 'object')
        throw new RazorpayUnavailable(operation, call.answer.status, 'the answer is no JSON object');
      return { body, date: header(call.answer, 'date'), durationMs: performance.now() - started };
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof RazorpayUnavailable) throw error;
      const { failure } = call;
      if (failure?.response) throw classify(operation, failure.response, performance.now() - started, words(failure));
      if (ending.signal.aborted)
        throw new RazorpayUnavailable(operation, null, `no answer within ${timeoutMs} ms`, { cause: error });
      if (failure) throw new RazorpayUnavailable(operation, null, 'cannot be reached', { cause: words(failure) });
      throw error;
    } finally {
      clearTimeout(late);
      signal?.removeEventListener('abort', cut);
    }
  };
}
