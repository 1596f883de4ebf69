/** JSON over HTTP, with errors that say who answered what. */

/** A request that was not answered with success. */
export class Unexpected extends Error {
  override readonly name = 'Unexpected';
  readonly status: number;
  constructor(asked: string, status: number, answer: string) {
    super(`${asked} was answered ${status} ${answer.slice(0, 300)}`);
    this.status = status;
  }
}

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly body?: unknown;
  readonly token?: string | undefined;
}

const WITHIN_MS = 40_000;

/** Asks, and reads the answer as JSON. @throws Unexpected unless the status is 2xx */
export async function json<T>(url: string, { method, body, token }: Call = {}): Promise<T> {
  const verb = method ?? (body === undefined ? 'GET' : 'POST');
  const answer = await fetch(url, {
    method: verb,
    headers: {
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(WITHIN_MS),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Unexpected(`${verb} ${new URL(url).pathname}`, answer.status, text);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
