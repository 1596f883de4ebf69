/**
 * What each process of the stack is told. Pure. Any other setting that the environment holds passes through; how the
 * parts find each other, and their secrets, are ours. Each service gets only the secrets that it needs.
 */
import type { Ports } from './ports.ts';
import type { Secrets } from './secrets.ts';

export const ADMIN = 'admin';
export const SMTP_USERNAME = 'qrflow';

export interface Wiring {
  readonly ports: Ports;
  readonly secrets: Secrets;
  readonly mongodb: string;
  readonly nats: string;
}

const url = (port: number, path = '') => `http://127.0.0.1:${port}${path}`;

export const addresses = (ports: Ports) => ({
  gateway: url(ports.gateway),
  webhook: url(ports.ingest, '/webhooks/razorpay'),
  razorpay: url(ports.simulator),
  mail: url(ports.mail),
  ops: { gateway: url(ports.gatewayOps), ingest: url(ports.ingestOps), ticketing: url(ports.ticketingOps) },
});

/** `booksFile`: Razorpay must know the payments that the store has kept. */
export function simulatorEnvironment({ ports, secrets }: Wiring, booksFile: string): NodeJS.ProcessEnv {
  return {
    HOST: '127.0.0.1',
    SIMULATOR_PORT: String(ports.simulator),
    SIMULATOR_BOOKS: booksFile,
    RAZORPAY_KEY_ID: secrets.razorpayKeyId,
    RAZORPAY_KEY_SECRET: secrets.razorpayKeySecret,
    WEBHOOK_URL: addresses(ports).webhook,
    RAZORPAY_WEBHOOK_SECRET: secrets.webhookSecret,
  };
}

/** `tlsDir` keeps the certificates, so that a restarted catcher is still trusted. */
export function mailEnvironment({ ports, secrets }: Wiring, tlsDir: string, caFile: string): NodeJS.ProcessEnv {
  return {
    HOST: '127.0.0.1',
    MAIL_PORT: String(ports.mail),
    SMTP_PORT: String(ports.smtp),
    SMTP_USERNAME,
    SMTP_PASSWORD: secrets.smtpPassword,
    SMTP_TLS_DIR: tlsDir,
    SMTP_CA_FILE: caFile,
  };
}

/** @param ca the mail catcher's certificate authority, PEM. */
export function serviceEnvironments(
  { ports, secrets, mongodb, nats }: Wiring,
  ca: string,
  given: NodeJS.ProcessEnv,
): Record<'gateway' | 'ingest' | 'ticketing', NodeJS.ProcessEnv> {
  const common = { MONGODB_URI: mongodb, NATS_URL: nats, HOST: given.HOST || '127.0.0.1' };
  const publicUrl = given.PUBLIC_URL || addresses(ports).gateway;
  return {
    gateway: {
      ...common,
      GATEWAY_PORT: String(ports.gateway),
      GATEWAY_OPS_PORT: String(ports.gatewayOps),
      JWT_SECRET: secrets.jwtSecret,
      ADMIN_USERNAME: ADMIN,
      ADMIN_PASSWORD: secrets.adminPassword,
      TICKET_PUBLIC_KEYS: secrets.ticketPublicKey,
      PUBLIC_URL: publicUrl,
    },
    ingest: {
      ...common,
      INGEST_PORT: String(ports.ingest),
      INGEST_OPS_PORT: String(ports.ingestOps),
      RAZORPAY_KEY_ID: secrets.razorpayKeyId,
      RAZORPAY_KEY_SECRET: secrets.razorpayKeySecret,
      RAZORPAY_WEBHOOK_SECRETS: secrets.webhookSecret,
      RAZORPAY_API_URL: addresses(ports).razorpay,
    },
    ticketing: {
      ...common,
      TICKETING_OPS_PORT: String(ports.ticketingOps),
      TICKET_SIGNING_KEY: secrets.ticketSigningKey,
      SMTP_HOST: 'localhost',
      SMTP_PORT: String(ports.smtp),
      SMTP_USERNAME,
      SMTP_PASSWORD: secrets.smtpPassword,
      SMTP_CA: ca,
      MAIL_FROM: given.MAIL_FROM || 'QRFlow Fest Desk <tickets@qrflow.example>',
      PUBLIC_URL: publicUrl,
    },
  };
}
