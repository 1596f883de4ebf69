/** A whole QRFlow: its services as processes, with Razorpay's simulator and the mail catcher in the process that asks. */
import { createMailCatcher, type MailCatcher } from '../../deploy/mail-catcher/mail-catcher.ts';
import type { SimulatorOptions } from '../../deploy/simulator/app.ts';
import { type Running, startSimulator } from '../../deploy/simulator/testing/running.ts';
import type { Store } from '../../shared/store/index.ts';
import { openFilled } from '../load/filled.ts';
import { signIn } from '../load/sign-in.ts';
import type { Service, ServiceName, Stage } from './stage.ts';

export interface Whole {
  razorpay: Running;
  mails: MailCatcher;
  database: string;
  store: Store;
  services: Record<ServiceName, Service>;
  /** Asks the gateway as the administrator. @throws Error with the answer unless it is 200 */
  ask<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** Starts one more of a kind. */
  more(name: ServiceName): Promise<Service>;
  /** Of all three services together. */
  cpuMs(): Promise<number>;
  close(): Promise<void>;
}

export interface WholeOptions {
  /** Over what the services are told. */
  change?: Record<string, string>;
  /** Of the simulated Razorpay. */
  simulated?: Partial<SimulatorOptions>;
  /** Before any service is up. */
  prepare?(store: Store): Promise<void>;
}

const KEPT_MAILS = 50_000;

/** With webhooks, and a sweep only when it is asked for, unless `change` says otherwise. */
export async function openWhole(
  stage: Stage,
  { change = {}, simulated = {}, prepare }: WholeOptions = {},
): Promise<Whole> {
  const { secrets } = stage;
  const database = stage.database();
  const store = await openFilled(database);
  await prepare?.(store);
  const credentials = { username: 'qrflow', password: secrets.smtpPassword };
  const [razorpay, mails] = await Promise.all([
    startSimulator({
      ...{ keyId: secrets.razorpayKeyId, keySecret: secrets.razorpayKeySecret, webhookSecret: secrets.webhookSecret },
      ...simulated,
    }),
    createMailCatcher({ keepMails: KEPT_MAILS, credentials }),
  ]);
  const told = {
    ...{ NATS_URL: await stage.bus(), RAZORPAY_API_URL: razorpay.url, SWEEP_INTERVAL: '24h' },
    ...{ SMTP_PORT: String(mails.smtpPort), SMTP_CA: mails.ca },
    ...change,
  };
  const [gateway, ingest, ticketing] = await Promise.all([
    stage.service('gateway', database, told),
    stage.service('ingest', database, told),
    stage.service('ticketing', database, told),
  ]);
  const services = { gateway, ingest, ticketing };
  const others: Service[] = [];
  await razorpay.control('/webhooks', {
    url: `http://127.0.0.1:${ingest.port}/webhooks/razorpay`,
    secret: secrets.webhookSecret,
  });
  const headers = { Authorization: `Bearer ${await signIn(gateway, stage)}`, 'Content-Type': 'application/json' };

  return {
    ...{ razorpay, mails, database, store, services },
    async ask<T>(method: string, path: string, body?: unknown) {
      const answer = await fetch(`http://127.0.0.1:${gateway.port}${path}`, {
        ...{ method, headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${text.slice(0, 300)}`);
      return JSON.parse(text) as T;
    },
    async more(name) {
      const one = await stage.service(name, database, told);
      others.push(one);
      return one;
    },
    async cpuMs() {
      const all = await Promise.all(Object.values(services).map((one) => one.cpuMs()));
      return all.reduce((sum, ms) => sum + ms, 0);
    },
    async close() {
      await Promise.all([...others, ...Object.values(services)].map((one) => one.stop()));
      await Promise.all([store.close(), razorpay.close(), mails.close()]);
    },
  };
}
