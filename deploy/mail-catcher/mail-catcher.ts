// The mail server of the demo and the tests: takes mail as strictly as a real one, fails on demand, shows what came.
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { keptCertificates, makeCertificates } from './certificates.ts';
import { type Faults, type FaultsPatch, mergeFaults, noFaults } from './faults.ts';
import { createHttpApp } from './http.ts';
import { Mailbox, type MailFilter, type MailPredicate } from './mailbox.ts';
import type { CaughtMail, MailSummary } from './message.ts';
import { type Credentials, createSmtpFront, type SmtpStats, type SmtpStep } from './smtp.ts';

export interface MailCatcherOptions {
  /** Address both servers listen on; loopback unless said otherwise. */
  host?: string | undefined;
  /** 0, the default, takes any free port. */
  smtpPort?: number | undefined;
  /** 0, the default, takes any free port. */
  httpPort?: number | undefined;
  credentials?: Credentials | undefined;
  /** Folder that keeps CA and certificate across restarts; without it they are new each time. */
  tlsDir?: string | undefined;
  /** Mails held before the oldest goes; 50,000 unless said otherwise. */
  keepMails?: number | undefined;
}

export interface MailCatcherStats extends SmtpStats {
  /** Mails held now. */
  messages: number;
}

export interface MailCatcher {
  readonly smtpPort: number;
  readonly httpPort: number;
  /** PEM of the CA that signed the SMTP server's certificate, for a client's `tls.ca`. */
  readonly ca: string;
  readonly credentials: Credentials;
  /** Every mail held that fits, newest first, with its body. */
  messages(filter?: MailFilter): Promise<CaughtMail[]>;
  /** The same without bodies: nothing is parsed, so thousands cost nothing. */
  summaries(filter?: MailFilter): MailSummary[];
  /**
   * The first mail that fits, among those held and those to come; no polling.
   * @throws MailTimeoutError after `timeoutMs`, MailCatcherClosedError when closed meanwhile
   */
  waitFor(predicate: MailPredicate, timeoutMs?: number): Promise<CaughtMail>;
  readonly faults: Faults;
  readonly stats: MailCatcherStats;
  /**
   * Lays a patch over the faults in force; resolves once it is in effect (port closed, port open again).
   * @throws InvalidFaultsError for unknown keys or values; the listener's error when the port was taken meanwhile
   */
  setFaults(patch: FaultsPatch): Promise<Faults>;
  /** From now on `listener` is awaited at each step of each dialogue: what it does happens in that very moment. */
  atSmtpStep(listener: (step: SmtpStep) => Promise<void>): void;
  /** Forgets all mails; faults and counts stay. */
  clear(): void;
  /** Stops both servers and cuts what is connected. */
  close(): Promise<void>;
}

/** Starts a mail catcher; resolves when both ports listen. @throws the listener's error, such as EADDRINUSE */
export async function createMailCatcher(options: MailCatcherOptions = {}): Promise<MailCatcher> {
  const { host = '127.0.0.1', credentials = { username: 'qrflow', password: 'qrflow' } } = options;
  const certificates = options.tlsDir ? await keptCertificates(options.tlsDir) : await makeCertificates();
  const mailbox = new Mailbox(options.keepMails ?? 50_000);
  const changes = new EventEmitter().setMaxListeners(0);
  mailbox.onChange(() => changes.emit('change'));
  let faults = noFaults;
  let atStep: (step: SmtpStep) => Promise<void> = async () => undefined;
  const smtp = createSmtpFront({
    host,
    certificates,
    credentials,
    faults: () => faults,
    keep: (raw, envelope) => mailbox.add(raw, envelope),
    step: (step) => atStep(step),
  });
  const smtpPort = await smtp.open(options.smtpPort ?? 0);

  // One change after the other: "down" and "up" close together must end as the last one said.
  let lastChange: Promise<unknown> = Promise.resolve();
  function setFaults(patch: unknown): Promise<Faults> {
    const change = lastChange.then(async () => {
      const next = mergeFaults(faults, patch);
      if (!next.down) await smtp.open(smtpPort);
      const reseeded = next.seed !== faults.seed || (patch as FaultsPatch).seed !== undefined;
      faults = next;
      if (reseeded) smtp.reseed();
      if (next.down) await smtp.shut();
      changes.emit('change');
      return faults;
    });
    lastChange = change.catch(() => {});
    return change;
  }

  const stats = (): MailCatcherStats => ({ ...smtp.stats, messages: mailbox.size });
  const onChange = (listener: () => void) => {
    changes.on('change', listener);
    return () => changes.off('change', listener);
  };
  const app = createHttpApp({ mailbox, faults: () => faults, setFaults, stats, onChange });
  const http = createServer(app.callback());
  try {
    await once(http.listen(options.httpPort ?? 0, host), 'listening');
  } catch (error) {
    await smtp.shut();
    throw error;
  }

  return {
    smtpPort,
    httpPort: (http.address() as AddressInfo).port,
    ca: certificates.ca,
    credentials,
    async messages(filter) {
      const opened = await Promise.all(mailbox.list(filter).map(({ id }) => mailbox.open(id)));
      return opened.filter((mail) => mail !== null);
    },
    summaries: (filter) => mailbox.list(filter),
    waitFor: (predicate, timeoutMs = 10_000) => mailbox.waitFor(predicate, timeoutMs),
    get faults() {
      return faults;
    },
    get stats() {
      return stats();
    },
    setFaults,
    atSmtpStep(listener) {
      atStep = listener;
    },
    clear: () => mailbox.clear(),
    async close() {
      await lastChange;
      mailbox.close();
      await smtp.shut();
      if (!http.listening) return;
      const closed = once(http, 'close');
      http.close();
      http.closeAllConnections();
      await closed;
    },
  };
}
