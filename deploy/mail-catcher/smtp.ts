// The SMTP side: a server as strict as the ones in production, and wrong exactly where the faults say so.
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { Certificates } from './certificates.ts';
import { type Faults, seededSequence } from './faults.ts';
import type { Envelope } from './message.ts';
import { type Connection, replyOf, type StageFault, watchCommands } from './stages.ts';

export interface Credentials {
  username: string;
  password: string;
}

export interface SmtpStats {
  accepted: number;
  /** All of the mail is here, its answer waits (`latency_ms`). */
  waiting: number;
  rejected_temporary: number;
  rejected_permanent: number;
  /** Cut in the middle of DATA, by a fault or by the client: nothing kept. */
  dropped: number;
  /** Kept, but the sender never saw the 250. */
  dropped_after_data: number;
  auth_failed: number;
  /** Connections ever taken. */
  connections: number;
  connections_open: number;
  connections_secured: number;
  /** Sign-ins and mails that a client tried without TLS. */
  commands_in_clear: number;
}

export interface SmtpOptions {
  host: string;
  certificates: Certificates;
  credentials: Credentials;
  faults: () => Faults;
  keep: (raw: Buffer, envelope: Envelope) => Promise<void>;
  /** Awaited at each step of a dialogue, before the server goes on. */
  step?: (step: SmtpStep) => Promise<void>;
}

/** A sender greeted, a recipient named, a body about to come, a mail kept whose 250 is not said yet. */
export type SmtpStep = 'connect' | 'recipient' | 'data' | 'kept';

export interface SmtpFront {
  readonly stats: SmtpStats;
  /** Listens; answers the port taken. @throws the listener's error, such as EADDRINUSE */
  open(port: number): Promise<number>;
  /** Stops listening and cuts every connection. */
  shut(): Promise<void>;
  /** Starts the sequence behind the rates anew. */
  reseed(): void;
}

/** A refusal with its reply code; the enhanced code leads the text, as RFC 2034 writes it. */
class SmtpRefusal extends Error {
  override readonly name = 'SmtpRefusal';
  readonly responseCode: number;

  constructor(responseCode: number, text: string) {
    super(text);
    this.responseCode = responseCode;
  }
}

const MAX_MAIL_BYTES = 25 * 1024 * 1024;
const LOOK_MS = 20;

/** The SMTP server, not yet listening; it can be shut and opened again any number of times. */
export function createSmtpFront(options: SmtpOptions): SmtpFront {
  const { host, certificates, credentials, faults, keep, step = async () => undefined } = options;
  const stats: SmtpStats = {
    accepted: 0,
    waiting: 0,
    rejected_temporary: 0,
    rejected_permanent: 0,
    dropped: 0,
    dropped_after_data: 0,
    auth_failed: 0,
    connections: 0,
    connections_open: 0,
    connections_secured: 0,
    commands_in_clear: 0,
  };
  // One sequence a fault: switching one on does not move the other's.
  let temporary = seededSequence(faults().seed);
  let drop = seededSequence(faults().seed + 1);
  const secured = new Map<string, Socket>();
  const live = new Map<string, AbortController>();
  let server: SMTPServer | null = null;

  const faultAt = (stage: StageFault['stage']): string | null => {
    const { at } = faults();
    return at?.stage === stage ? at.how : null;
  };

  /** Looks again and again, so that a lower latency lets go who waits already. */
  async function latency(signal: AbortSignal): Promise<void> {
    const since = performance.now();
    for (;;) {
      const left = since + faults().latency_ms - performance.now();
      if (left <= 0) return signal.throwIfAborted();
      await delay(Math.min(left, LOOK_MS), undefined, { ref: false, signal });
    }
  }

  /** What goes wrong once the whole mail is here; nothing of it is kept. */
  async function failAtEnd(session: SMTPServerSession): Promise<void> {
    const how = faultAt('end');
    if (how === null) return;
    if (how === 'hang') await new Promise<never>(() => {});
    if (how === 'drop') {
      secured.get(session.id)?.destroy();
      throw new SmtpRefusal(421, '4.4.2 Connection dropped');
    }
    const { code, text } = replyOf(how);
    throw new SmtpRefusal(code, text);
  }

  async function receive(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<string> {
    const failsForNow = temporary() < faults().temporary_rate;
    const cut = drop() < faults().drop_rate || faultAt('body') !== null;
    const chunks: Buffer[] = [];
    await step('data');
    for await (const chunk of stream) {
      if (cut) {
        secured.get(session.id)?.destroy();
        throw new SmtpRefusal(421, '4.4.2 Connection dropped');
      }
      chunks.push(chunk);
    }
    // A sender that leaves before the answer must send again; so nothing of this one may be kept.
    const signal = live.get(session.id)?.signal ?? AbortSignal.abort();
    stats.waiting += 1;
    await latency(signal).finally(() => {
      stats.waiting -= 1;
    });
    await failAtEnd(session);
    if (failsForNow) {
      stats.rejected_temporary += 1;
      throw new SmtpRefusal(451, '4.3.0 Temporary failure, try again later');
    }
    // The library answers 552 by itself; the cut-off rest must not pass as a mail.
    if (stream.sizeExceeded) {
      stats.rejected_permanent += 1;
      throw new SmtpRefusal(552, '5.3.4 Message too big');
    }
    const { mailFrom, rcptTo } = session.envelope;
    await keep(Buffer.concat(chunks), {
      from: mailFrom ? mailFrom.address : '',
      to: rcptTo.map(({ address }) => address),
    });
    stats.accepted += 1;
    await step('kept');
    if (faults().after_data_drop) {
      stats.dropped_after_data += 1;
      secured.get(session.id)?.destroy();
    }
    return `2.0.0 Ok: kept as ${session.id}`;
  }

  function createServer(): SMTPServer {
    const created = new SMTPServer({
      key: certificates.key,
      cert: certificates.cert,
      name: 'mail-catcher',
      banner: 'ready to catch',
      size: MAX_MAIL_BYTES,
      authMethods: ['PLAIN', 'LOGIN'],
      disableReverseLookup: true,
      // The replies carry their enhanced codes in the text; the library would prepend a second, vaguer one.
      hideENHANCEDSTATUSCODES: true,
      logger: false,
      onConnect(session, callback) {
        stats.connections += 1;
        stats.connections_open += 1;
        live.set(session.id, new AbortController());
        if (faults().no_starttls) session.disabledCommands = ['STARTTLS'];
        const connection = connectionOf(created, session);
        watchCommands(
          connection,
          () => faults().at,
          () => {
            stats.commands_in_clear += 1;
          },
        );
        const how = faultAt('greeting');
        if (how === 'drop') connection._socket.destroy();
        else if (how !== null && how !== 'hang') {
          const { code, text } = replyOf(how);
          callback(new SmtpRefusal(code, text));
        } else if (how === null) {
          const refusal = () => (server === created ? null : new SmtpRefusal(421, '4.3.2 Shutting down'));
          step('connect').then(() => callback(refusal()), callback);
        }
      },
      onSecure(socket, session, callback) {
        stats.connections_secured += 1;
        secured.set(session.id, socket);
        if (faultAt('TLS') !== null) socket.destroy();
        callback();
      },
      onAuth({ username, password }, session, callback) {
        if (!session.secure) {
          callback(new SmtpRefusal(538, '5.7.11 Encryption required for authentication'));
          return;
        }
        const known = username === credentials.username && password === credentials.password;
        if (known && !faults().reject_auth) {
          callback(null, { user: username });
          return;
        }
        stats.auth_failed += 1;
        callback(new SmtpRefusal(535, '5.7.8 Authentication credentials invalid'));
      },
      onRcptTo({ address }, _session, callback) {
        const refusal = refuseRecipient(address, faults());
        if (refusal !== null) stats.rejected_permanent += 1;
        step('recipient').then(() => callback(refusal), callback);
      },
      onData(stream, session, callback) {
        receive(stream, session).then(
          (answer) => callback(null, answer),
          (error: unknown) => {
            if (!live.has(session.id) || secured.get(session.id)?.destroyed !== false) stats.dropped += 1;
            callback(error instanceof SmtpRefusal ? error : new SmtpRefusal(451, '4.3.0 Could not be kept'));
          },
        );
      },
      onClose(session) {
        stats.connections_open -= 1;
        live.get(session.id)?.abort();
        live.delete(session.id);
        secured.delete(session.id);
      },
    });
    // What clients do wrong (a reset, a failed handshake) comes here too and is theirs to notice.
    created.on('error', () => {});
    return created;
  }

  return {
    stats,
    reseed() {
      temporary = seededSequence(faults().seed);
      drop = seededSequence(faults().seed + 1);
    },
    async open(port) {
      if (server !== null) return portOf(server);
      const opening = createServer();
      server = opening;
      try {
        await once(opening.listen(port, host), 'listening');
      } catch (error) {
        server = null;
        throw error;
      }
      return portOf(opening);
    },
    async shut() {
      if (server === null) return;
      const shutting = server;
      server = null;
      const closed = new Promise<void>((resolve) => {
        shutting.close(resolve);
      });
      // A connection in its TLS handshake must not be destroyed from below, so those not yet secured are ended politely.
      for (const connection of shutting.connections) {
        const socket = secured.get(connection.id);
        if (socket === undefined) connection.close();
        else socket.destroy();
      }
      await Promise.race([closed, delay(250, undefined, { ref: false })]);
    },
  };
}

function refuseRecipient(address: string, faults: Faults): SmtpRefusal | null {
  if (faults.quota) return new SmtpRefusal(550, '5.4.5 Daily user sending limit exceeded');
  if (faults.permanent_addresses.includes(address.toLowerCase())) {
    return new SmtpRefusal(550, '5.1.1 The email account that you tried to reach does not exist');
  }
  if (faults.full_mailboxes.includes(address.toLowerCase())) return new SmtpRefusal(552, '5.2.2 Mailbox full');
  return null;
}

function connectionOf(server: SMTPServer, { id }: SMTPServerSession): Connection {
  for (const connection of server.connections) if (connection.id === id) return connection as unknown as Connection;
  throw new Error(`there is no connection ${id}`);
}

function portOf({ server }: SMTPServer): number {
  return (server.address() as AddressInfo).port;
}
