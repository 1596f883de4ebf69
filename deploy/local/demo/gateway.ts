/** The organiser's side: QRFlow's own REST API. */
import type { HoldReason, OutcomeKind } from '../../../shared/outcome.ts';
import type { MailState } from '../../../shared/store/documents.ts';
import { json, Unexpected } from './http.ts';

/** Of a payment's answer, what the story looks at. */
export interface ShownPayment {
  readonly id: string;
  readonly outcome: OutcomeKind | null;
  readonly reason: HoldReason | null;
  readonly pending: boolean;
  readonly attendee: { readonly live: boolean } | null;
  readonly mail: { readonly kind: string; readonly state: MailState } | null;
}

export interface SyncResult {
  readonly success: boolean;
  readonly state: string;
  readonly sweep_id: string;
  readonly message: string;
  readonly fetched: number;
  readonly missing: number;
  readonly changed: number;
  readonly pending: number;
}

export interface ScanResult {
  readonly success: boolean;
  readonly reason: string;
  readonly message: string;
}

export interface Gateway {
  createEvent(event: Record<string, unknown>): Promise<{ id: number }>;
  /** Null while it is not known. */
  payment(id: string): Promise<ShownPayment | null>;
  eventPayments(eventId: number): Promise<ShownPayment[]>;
  held(): Promise<ShownPayment[]>;
  foreign(): Promise<ShownPayment[]>;
  decide(id: string, decision: Record<string, unknown>): Promise<ShownPayment>;
  /** Runs a sweep and waits for its end, at most a minute or so: then its state is still `running`. */
  sync(): Promise<SyncResult>;
  sweeps(): Promise<{ readonly complete: boolean }[]>;
  scan(qrToken: string): Promise<ScanResult>;
}

const LOOK_AGAIN_MS = 500;
/** After the half minute for which the API itself waits. */
const SWEEP_WITHIN_MS = 20_000;

/** Signs in. */
export async function openGateway(url: string, login: { username: string; password: string }): Promise<Gateway> {
  const { access_token: token } = await json<{ access_token: string }>(`${url}/api/auth/login`, { body: login });
  const get = <T>(path: string) => json<T>(`${url}${path}`, { token });
  const post = <T>(path: string, body: unknown) => json<T>(`${url}${path}`, { body, token });
  return {
    createEvent: (event) => post('/api/events', event),
    payment: (id) =>
      get<ShownPayment>(`/api/payments/${id}`).catch((error: unknown) => {
        if (error instanceof Unexpected && error.status === 404) return null;
        throw error;
      }),
    eventPayments: (eventId) => get(`/api/events/${eventId}/payments?limit=1000`),
    held: () => get('/api/payments/held?limit=1000'),
    foreign: () => get('/api/payments/foreign?limit=1000'),
    decide: (id, decision) => json(`${url}/api/payments/${id}`, { method: 'PUT', body: decision, token }),
    async sync() {
      let result = await post<SyncResult>('/api/payments/sync', {});
      const deadline = Date.now() + SWEEP_WITHIN_MS;
      while (result.state === 'running' && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
        const sweep = await get<SyncResult & { id: string; complete: boolean }>(`/api/sweeps/${result.sweep_id}`);
        result = { ...sweep, sweep_id: result.sweep_id, success: sweep.complete, message: sweep.state };
      }
      return result;
    },
    sweeps: () => get('/api/sweeps'),
    scan: (qr_token) => post('/api/checkin/scan', { qr_token }),
  };
}
