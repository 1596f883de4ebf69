/** A simulator on a free port with the real SDK and the control routes in reach, for tests. */
import Razorpay from 'razorpay';
import { until as untilHolds } from '../../../test/until.ts';
import { createSimulator, type Simulator, type SimulatorOptions } from '../app.ts';

export const KEY = { keyId: 'rzp_test_AbCdEfGhIjKlMn', keySecret: 'secret-of-the-key' };

export interface Running {
  readonly simulator: Simulator;
  readonly url: string;
  readonly rzp: Razorpay;
  /** Calls a control route: GET without a body, POST with one. @throws Error with the answer when it is not 2xx */
  control<T = Record<string, unknown>>(path: string, body?: unknown): Promise<T>;
  close(): Promise<void>;
}

export async function startSimulator(options: Partial<SimulatorOptions> = {}): Promise<Running> {
  const simulator = createSimulator({ ...KEY, ...options });
  const url = `http://127.0.0.1:${await simulator.listen(0)}`;
  return {
    simulator,
    url,
    rzp: sdk(url, KEY.keyId, KEY.keySecret),
    close: () => simulator.close(),
    control: async <T>(path: string, body?: unknown) => {
      const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
      const response = await fetch(`${url}/control${path}`, init);
      const text = await response.text();
      if (!response.ok) throw new Error(`${response.status} ${text}`);
      return (text === '' ? {} : JSON.parse(text)) as T;
    },
  };
}

/** The real SDK, pointed elsewhere through its axios instance, which its types don't show. */
export function sdk(url: string, key_id: string, key_secret: string, timeout = 2000): Razorpay {
  const rzp = new Razorpay({ key_id, key_secret });
  const { rq } = (rzp as unknown as { api: { rq: { defaults: { baseURL: string; timeout: number } } } }).api;
  rq.defaults.baseURL = url;
  rq.defaults.timeout = timeout;
  return rzp;
}

/** Waits for a condition. */
export const until = async (holds: () => boolean | Promise<boolean>): Promise<void> =>
  void (await untilHolds(holds, Boolean));
