/** Ingest on a stage for its tests: real NATS and MongoDB, and the Razorpay simulator. */
import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto';
import { createSimulator, type Simulator } from '../../../deploy/simulator/app.ts';
import { type Message, openBus } from '../../../shared/bus/index.ts';
import { createLogger } from '../../../shared/log/index.ts';
import { type Observation, observationSchema } from '../../../shared/razorpay/observation.ts';
import { openStore, type Store } from '../../../shared/store/index.ts';
import { PATIENCE } from '../../../test/patience.ts';
import { startPrivateNats, testServers } from '../../../test/servers.ts';
import { until as untilHolds } from '../../../test/until.ts';
import { type IngestOptions, type RunningIngest, startIngest } from '../app.ts';
import { loadIngestConfig } from '../config.ts';

export const SECRET = 'the-current-secret';
export const OLD_SECRET = 'the-previous-secret';
export const KEY = { id: 'rzp_test_stage000000000', secret: 'stage' };

export const STUDENT = {
  name: 'Asha Rao',
  roll_number: '21CS042',
  college_name: 'Example Institute',
  department: 'CSE',
  phone: '9800000001',
  emergency_contact_number: '9800000002',
  email: 'asha@example.edu',
};

let students = 0;
/** Details of another student each time. */
export const student = () => ({ ...STUDENT, roll_number: `21CS${String(++students).padStart(4, '0')}` });

export const sign = (body: string | Buffer, secret = SECRET) => createHmac('sha256', secret).update(body).digest('hex');

/** Polls until `probe` gives something, instead of sleeping for a guess. */
export const until = async <T>(what: string, probe: () => Promise<T | undefined | null | false>): Promise<T> =>
  (await untilHolds(probe, Boolean, what)) as T;

const log = createLogger('test', process.env.LOG_LEVEL ?? 'silent', false);
const closers: (() => Promise<unknown>)[] = [];

/** Ends everything that was opened since, last first. For a suite's `after`. */
export async function clearStage(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

export interface Stage {
  natsUrl: string;
  mongoUri: string;
  simulator: Simulator;
  store: Store;
  /** The simulator's `/control`. */
  control<T = Record<string, unknown>>(path: string, body?: object): Promise<T>;
  /** Another ingest on the same servers. */
  ingest(env?: NodeJS.ProcessEnv, options?: IngestOptions): Promise<RunningIngest>;
  /** What a ticketing on this stage's servers is told. */
  ticketingEnv: NodeJS.ProcessEnv;
  /** Stops it when the stage is cleared. */
  keep(running: { stop(): Promise<void> }): void;
  bus(): ReturnType<typeof openBus>;
}

export async function setStage(): Promise<Stage> {
  const { natsUrl, mongoUri } = await servers();
  const simulator = createSimulator({ keyId: KEY.id, keySecret: KEY.secret, webhookSecret: SECRET });
  const port = await simulator.listen(0);
  closers.push(() => simulator.close());
  const api = `http://127.0.0.1:${port}`;
  const store = openStore({ uri: mongoUri, log, name: 'test' });
  closers.push(() => store.close());
  await until('the store is open', () => store.ping());
  await store.prepare();
  const shared = {
    MONGODB_URI: mongoUri,
    NATS_URL: natsUrl,
    HOST: '127.0.0.1',
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'silent',
  };
  return {
    natsUrl,
    mongoUri,
    simulator,
    store,
    async control<T>(path: string, body: object = {}) {
      const answer = await fetch(`${api}/control/${path}`, { method: 'POST', body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`control/${path}: ${answer.status} ${await answer.text()}`);
      return (answer.status === 204 ? null : await answer.json()) as T;
    },
    async ingest(env = {}, options = {}) {
      const config = loadIngestConfig({
        ...shared,
        INGEST_PORT: '0',
        INGEST_OPS_PORT: '0',
        RAZORPAY_KEY_ID: KEY.id,
        RAZORPAY_KEY_SECRET: KEY.secret,
        RAZORPAY_WEBHOOK_SECRETS: `${SECRET},${OLD_SECRET}`,
        RAZORPAY_API_URL: api,
        ...env,
      });
      const running = await startIngest(config, {
        retry: { tries: 3, baseMs: 5, maxMs: 20 },
        timeoutMs: 500 * PATIENCE,
        schedule: false,
        ...options,
      });
      const stop = once(running.stop);
      closers.push(stop);
      return { ...running, stop };
    },
    ticketingEnv: {
      ...shared,
      TICKETING_OPS_PORT: '0',
      TICKET_SIGNING_KEY: signingKey(),
      // Nobody listens there: no test of ingest sends a mail.
      SMTP_HOST: '127.0.0.1',
      SMTP_PORT: '9',
      MAIL_FROM: 'desk@example.edu',
    },
    keep(running) {
      closers.push(once(() => running.stop()));
    },
    bus() {
      const bus = openBus({ url: natsUrl, name: 'test', log });
      closers.push(() => bus.close());
      return bus;
    },
  };
}

const signingKey = () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

async function servers() {
  const [nats, shared] = await Promise.all([startPrivateNats(), testServers()]);
  return { natsUrl: nats.url, mongoUri: shared.mongoUri() };
}

function once(stop: () => Promise<void>): () => Promise<void> {
  let stopped: Promise<void> | undefined;
  return () => {
    stopped ??= stop();
    return stopped;
  };
}

/** Collects what ingest publishes, in place of ticketing. */
export function listenIn(stage: Stage): { messages: Message[]; observations(): Observation[] } {
  const messages: Message[] = [];
  const consumer = stage.bus().consume({
    async handle(message) {
      messages.push(message);
      return 'ack';
    },
    open: async () => true,
    workers: 1,
  });
  closers.push(() => consumer.stop());
  const observed = () => messages.filter(({ subject }) => subject === 'payments.observed');
  return {
    messages,
    observations: () =>
      observed().map(({ bytes }) => observationSchema.parse(JSON.parse(Buffer.from(bytes).toString()))),
  };
}

/** A fresh id of Razorpay's shape. */
export const newId = (prefix: 'pay' | 'order' | 'rfnd' | 'qr' | 'disp') =>
  `${prefix}_${randomBytes(10).toString('hex').slice(0, 14)}`;

/** A value from the ops port's metrics, 0 when there is none. `series` as Prometheus writes it, labels in order. */
export async function metric(ingest: RunningIngest, series: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${ingest.opsPort}/metrics`)).text();
  const labelled = series.includes('{') ? series.replace('}', ',service="ingest"}') : `${series}{service="ingest"}`;
  const line = text.split('\n').find((one) => one.startsWith(`${labelled} `));
  return line === undefined ? 0 : Number(line.split(' ').at(-1));
}
