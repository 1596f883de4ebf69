/** `.local/stack.json`: where everything of a running stack is, for people's scripts and for tests. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';

export const PROCESSES = ['nats', 'mongodb', 'simulator', 'mail', 'gateway', 'ingest', 'ticketing'] as const;
export type ProcessName = (typeof PROCESSES)[number];

export interface StackInfo {
  /** The REST API. */
  readonly gateway: string;
  /** Where Razorpay's webhooks arrive. */
  readonly webhook: string;
  readonly webhookSecret: string;
  /** The simulator: API under /v1, its controls under /control. */
  readonly razorpay: string;
  readonly razorpayKey: { readonly id: string; readonly secret: string };
  /** The inbox of the mail catcher, and its API. */
  readonly mail: string;
  /** `ca`: the PEM of the certificate authority to trust; STARTTLS is required. */
  readonly smtp: {
    readonly host: string;
    readonly port: number;
    readonly username: string;
    readonly password: string;
    readonly ca: string;
  };
  readonly mongodb: string;
  readonly nats: string;
  /** /metrics, /healthz and /readyz of each service. */
  readonly ops: { readonly gateway: string; readonly ingest: string; readonly ticketing: string };
  readonly admin: { readonly username: string; readonly password: string };
  /** PEM: verifies the tickets in the QR codes. */
  readonly ticketPublicKey: string;
  /** Of the processes that are ours; a server that the environment named has none. */
  readonly pids: Partial<Record<ProcessName, number>>;
}

/** Replaces the file whole, so that no reader meets half of it. It holds secrets: mode 600. */
export function writeInfo(file: string, info: StackInfo): void {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(info, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}

export function removeInfo(file: string): void {
  rmSync(file, { force: true });
}
