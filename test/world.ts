/**
 * A whole QRFlow in one process for tests: the three services through their factories, on a private NATS and a fresh
 * database, with a simulated Razorpay and a real mail server that keeps what it gets. Only the clocks run faster.
 */
import { generateKeyPairSync } from 'node:crypto';
import { createMailCatcher, type MailCatcher } from '../deploy/mail-catcher/mail-catcher.ts';
import type { SimulatorOptions } from '../deploy/simulator/app.ts';
import { type Running, startSimulator } from '../deploy/simulator/testing/running.ts';
import { type RunningGateway, startGateway } from '../services/gateway/app.ts';
import { loadGatewayConfig } from '../services/gateway/config.ts';
import { CHEAP } from '../services/gateway/testing/passwords.ts';
import { type IngestOptions, type RunningIngest, startIngest } from '../services/ingest/app.ts';
import { loadIngestConfig } from '../services/ingest/config.ts';
import { type RunningTicketing, startTicketing } from '../services/ticketing/app.ts';
import { loadTicketingConfig } from '../services/ticketing/config.ts';
import { createLogger, type Logger } from '../shared/log/index.ts';
import { openParts } from '../shared/service/parts.ts';
import type { PaymentDoc } from '../shared/store/documents.ts';
import { openStore, type Store } from '../shared/store/index.ts';
import { STUDENT } from './documents.ts';
import { startPrivateNats, testServers } from './servers.ts';
import { until } from './until.ts';

export { until } from './until.ts';

const KEYS = generateKeyPairSync('ed25519');
export const PUBLIC_KEY = KEYS.publicKey.export({ type: 'spki', format: 'pem' }) as string;
export const ADMIN = { username: 'admin', password: 'correct horse battery' };
export const WEBHOOK_SECRET = 'whsec_test';
const API_KEY = { keyId: 'rzp_test_AbCdEfGhIjKlMn', keySecret: 'secret-of-the-key' };

/** JSON of our own API, read as a test needs it. */
// biome-ignore lint/suspicious/noExplicitAny: each test says what it expects inside
export type Json = any;
export interface Answer {
  status: number;
  body: Json;
  headers: Headers;
}

export interface World {
  env: Record<string, string>;
  store: Store;
  razorpay: Running;
  mails: MailCatcher;
  gateway: RunningGateway;
  ingest: RunningIngest;
  ticketing: RunningTicketing;
  nats: Awaited<ReturnType<typeof startPrivateNats>>;
  /** Calls the gateway as the administrator. */
  api(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Makes a payment at the simulated Razorpay. */
  pay(payment?: Record<string, unknown>): Promise<Json>;
  /** Waits for the stored payment to be as described. @throws Error that shows what it was instead */
  payment(id: string, when: (payment: PaymentDoc) => boolean): Promise<PaymentDoc>;
  /** `ticketed`, `held:underpaid`: waits until this payment is settled so. */
  settled(id: string, outcome: string): Promise<PaymentDoc>;
  restart: { gateway(): Promise<void>; ingest(): Promise<void>; ticketing(): Promise<void> };
  stop(): Promise<void>;
}

export interface WorldOptions {
  /** Of the simulated Razorpay. */
  simulated?: Partial<SimulatorOptions>;
  /** In place of the run's own MongoDB. */
  mongoUri?: string;
  /** What the services are told instead: something of the test's stands between them and the server. */
  between?: { mongo?: (uri: string) => Promise<string>; nats?: (url: string) => Promise<string> };
  ingest?: IngestOptions;
  /** Hears what the services log. */
  log?: (service: string) => Logger;
}

let students = 0;
/** Notes of a student nobody else is. */
export const student = (change: Record<string, unknown> = {}) => {
  students++;
  return {
    ...STUDENT,
    name: `Student ${students}`,
    roll_number: `R${students}`,
    email: `student${students}@example.edu`,
    ...change,
  };
};

export async function startWorld(change: Record<string, string> = {}, options: WorldOptions = {}): Promise<World> {
  const [uri, nats, mails, razorpay] = await Promise.all([
    options.mongoUri ?? testServers().then(({ mongoUri }) => mongoUri()),
    startPrivateNats(),
    createMailCatcher(),
    startSimulator({ ...API_KEY, webhookSecret: WEBHOOK_SECRET, retryScale: 0.02, ...options.simulated }),
  ]);
  const { between = {} } = options;
  const env: Record<string, string> = {
    MONGODB_URI: (await between.mongo?.(uri)) ?? uri,
    NATS_URL: (await between.nats?.(nats.url)) ?? nats.url,
    HOST: '127.0.0.1',
    LOG_LEVEL: process.env.TEST_LOG_LEVEL ?? 'silent',
    GATEWAY_PORT: '0',
    GATEWAY_OPS_PORT: '0',
    INGEST_PORT: '0',
    INGEST_OPS_PORT: '0',
    TICKETING_OPS_PORT: '0',
    JWT_SECRET: 'a secret of more than thirty-two bytes',
    ADMIN_USERNAME: ADMIN.username,
    ADMIN_PASSWORD: ADMIN.password,
    TICKET_PUBLIC_KEYS: PUBLIC_KEY,
    TICKET_SIGNING_KEY: KEYS.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    RAZORPAY_KEY_ID: API_KEY.keyId,
    RAZORPAY_KEY_SECRET: API_KEY.keySecret,
    RAZORPAY_WEBHOOK_SECRETS: `${WEBHOOK_SECRET},whsec_previous`,
    RAZORPAY_API_URL: razorpay.url,
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(mails.smtpPort),
    SMTP_USERNAME: mails.credentials.username,
    SMTP_PASSWORD: mails.credentials.password,
    SMTP_CA: mails.ca,
    MAIL_FROM: 'Fest Desk <tickets@example.edu>',
    MAIL_BREAKER_RESET: '300ms',
    // Looking for what to do costs as much as some payments do.
    RECOVERY_INTERVAL: '5s',
    SWEEP_INTERVAL: '1h',
    ...change,
  };
  const storeUri = between.mongo ? uri : (env.MONGODB_URI as string);
  const store = openStore({ uri: storeUri, log: createLogger('test', 'silent'), name: 'test' });
  await store.connection.asPromise();

  const startIngestNow = async () => {
    const config = loadIngestConfig(env);
    const running = await startIngest(config, {
      retry: { tries: 3, baseMs: 20, maxMs: 200 },
      parts: openParts('ingest', config, options.log?.('ingest')),
      ...options.ingest,
    });
    await razorpay.control('/webhooks', {
      url: `http://127.0.0.1:${running.port}/webhooks/razorpay`,
      secret: WEBHOOK_SECRET,
    });
    return running;
  };
  const startTicketingNow = () => {
    const config = loadTicketingConfig(env);
    return startTicketing(config, openParts('ticketing', config, options.log?.('ticketing')));
  };
  const startGatewayNow = () => {
    const config = loadGatewayConfig(env);
    return startGateway(config, openParts('gateway', config, options.log?.('gateway')), { passwordCost: CHEAP });
  };
  const world = {
    env,
    store,
    razorpay,
    mails,
    nats,
    gateway: await startGatewayNow(),
    ingest: await startIngestNow(),
    ticketing: await startTicketingNow(),
  } as World;
  await world.gateway.usersReady;
  await until(
    async () =>
      Promise.all(
        [world.gateway.opsPort, world.ingest.opsPort, world.ticketing.opsPort].map(
          async (port) => (await fetch(`http://127.0.0.1:${port}/readyz`)).status,
        ),
      ),
    (states) => states.every((status) => status === 200),
    'ready',
  );

  let token: string | undefined;
  world.api = async (method, path, body) => {
    token ??= await signIn(world.gateway.port);
    return call(world.gateway.port, method, path, body, token);
  };
  world.pay = (payment = {}) => razorpay.control('/payments', { amount: 29_900, notes: student(), ...payment });
  world.payment = async (id, when) =>
    (await until(
      () => store.payments.findOne({ _id: id }).lean(),
      (found) => found !== null && when(found),
      `payment ${id}`,
    )) as PaymentDoc;
  world.settled = (id, outcome) =>
    world.payment(
      id,
      ({ pending, outcome: is }) => !pending && (is?.reason ? `${is.kind}:${is.reason}` : is?.kind) === outcome,
    );
  world.restart = {
    async gateway() {
      await world.gateway.stop();
      world.gateway = await startGatewayNow();
    },
    async ingest() {
      await world.ingest.stop();
      world.ingest = await startIngestNow();
    },
    async ticketing() {
      await world.ticketing.stop();
      world.ticketing = await startTicketingNow();
    },
  };
  world.stop = async () => {
    await razorpay.close();
    await Promise.all([world.gateway.stop(), world.ingest.stop(), world.ticketing.stop()]);
    await mails.close();
    await store.close();
    await nats.stop();
  };
  return world;
}

async function call(port: number, method: string, path: string, body?: unknown, token?: string) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    headers: {
      ...(token && { Authorization: `Bearer ${token}` }),
      ...(body !== undefined && !(body instanceof FormData) && { 'Content-Type': 'application/json' }),
    },
    ...(body !== undefined && { body: body instanceof FormData ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json') === true;
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? null : json ? JSON.parse(text) : text,
  };
}

async function signIn(port: number): Promise<string> {
  const { body, status } = await call(port, 'POST', '/api/auth/login', ADMIN);
  if (status !== 200) throw new Error(`cannot sign in: ${JSON.stringify(body)}`);
  return body.access_token;
}
