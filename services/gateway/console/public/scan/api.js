// @ts-check
/** The scanner's questions to the gateway, each with an end: a queue does not wait for a network that hangs. */

/** The gateway cannot be asked: no network, too slow, or not able to answer now. */
export class Unreachable extends Error {
  /** @override */
  name = 'Unreachable';
}
/** The session has ended: somebody must sign in again. */
export class SignedOut extends Error {
  /** @override */
  name = 'SignedOut';
}
/** It understood, and said no. */
export class Refused extends Error {
  /** @override */
  name = 'Refused';
  /** @param {number} status @param {any} problem */
  constructor(status, problem) {
    super(problem?.detail ?? `answered ${status}`);
    this.status = status;
    this.problem = problem;
  }
}

const PATIENCE_MS = 4_000;
const LONG_MS = 20_000;
const AGAIN = new Set([408, 429, 500, 502, 503, 504]);

/** @param {typeof fetch} ask */
export function createApi(ask = fetch) {
  /** @type {string} */
  let csrf = '';

  /** @param {string} method @param {string} path @param {unknown} [body] @param {number} [patience] @returns {Promise<any>} */
  async function call(method, path, body, patience = PATIENCE_MS) {
    /** @type {Response} */
    let response;
    let answer;
    try {
      response = await ask(path, {
        method,
        headers: {
          Accept: 'application/json',
          ...(method !== 'GET' && { 'X-CSRF-Token': csrf }),
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        // To the sign-in page.
        redirect: 'manual',
        signal: AbortSignal.timeout(patience),
      });
      answer = response.headers.get('content-type')?.includes('json') ? await response.json() : null;
    } catch (error) {
      throw new Unreachable('the gateway cannot be reached', { cause: error });
    }
    if (response.ok && answer !== null) return answer;
    if (AGAIN.has(response.status)) throw new Unreachable(`answered ${response.status}`);
    if (response.status === 401 || response.type === 'opaqueredirect') throw new SignedOut('signed out');
    throw new Refused(response.status, answer);
  }

  return {
    async session() {
      const session = await call('GET', '/scan/session');
      csrf = session.csrf;
      return session;
    },
    /** @param {object} body */
    scan: (body) => call('POST', '/api/checkin/scan', body),
    /** @param {number} id @param {object} body */
    byHand: (id, body) => call('POST', `/api/attendees/${id}/checkin-manual`, body),
    /** @param {number} id @param {object} body */
    undo: (id, body) => call('POST', `/api/attendees/${id}/checkin-undo`, body),
    /** @param {object} body */
    upload: (body) => call('POST', '/api/checkin/upload', body, LONG_MS),
    /** @param {number} event @param {number | undefined} since */
    offline: (event, since) =>
      call('GET', `/api/events/${event}/offline${since === undefined ? '' : `?since=${since}`}`, undefined, LONG_MS),
    /** @param {number} event */
    gates: (event) => call('GET', `/api/events/${event}/gates`),
    /** @param {number} event @param {string} query */
    search: (event, query) => call('GET', `/api/events/${event}/door?q=${encodeURIComponent(query)}`),
  };
}
/** @typedef {ReturnType<typeof createApi>} Api */
