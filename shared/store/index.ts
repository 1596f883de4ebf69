/** The store: one connection, one model a collection. Writes are majority and journaled, reads from the primary. */
import mongoose, { type Connection, type ConnectOptions, type Model, type Schema } from 'mongoose';
import type { Logger } from '../log/index.ts';
import type * as D from './documents.ts';
import { faultOf } from './errors.ts';
import * as schemas from './schemas.ts';

export interface StoreOptions {
  uri: string;
  log: Logger;
  /** Shown in the server's logs. */
  name: string;
  /** How long an operation waits for a reachable server, ms. */
  selectionTimeoutMs?: number;
}

/** Every collection as a mongoose model. Use `.lean()`: documents are plain objects here. */
export interface Store {
  payments: Model<D.PaymentDoc>;
  attendees: Model<D.AttendeeDoc>;
  conflicts: Model<D.ConflictDoc>;
  events: Model<D.EventDoc>;
  mails: Model<D.MailDoc>;
  mailTemplates: Model<D.MailTemplateDoc>;
  sweeps: Model<D.SweepDoc>;
  schedules: Model<D.ScheduleDoc>;
  bindings: Model<D.BindingDoc>;
  deadLetters: Model<D.DeadLetterDoc>;
  users: Model<D.UserDoc>;
  clubs: Model<D.ClubDoc>;
  sessions: Model<D.SessionDoc>;
  counters: Model<D.CounterDoc>;
  activities: Model<D.ActivityDoc>;
  connection: Connection;
  /** True when a round trip to the server succeeds within `timeoutMs`. */
  ping(timeoutMs?: number): Promise<boolean>;
  /** Creates what indexes are missing. Idempotent; run once at start. */
  prepare(): Promise<void>;
  close(): Promise<void>;
}

/** All of a collection in one round trip; mongoose would take one for each index. */
async function createMissingIndexes({ collection, schema }: Model<unknown>): Promise<void> {
  const indexes = schema.indexes().map(([key, { background: _, ...options }]) => ({ key, ...options }));
  if (indexes.length > 0) await collection.createIndexes(indexes as Parameters<typeof collection.createIndexes>[0]);
}

/** Opens the store without waiting for it: operations fail within the selection timeout while it is away. */
export function openStore({ uri, log, name, selectionTimeoutMs = 5_000 }: StoreOptions): Store {
  const options: ConnectOptions = {
    appName: name,
    bufferCommands: false,
    autoIndex: false,
    autoCreate: false,
    serverSelectionTimeoutMS: selectionTimeoutMs,
    socketTimeoutMS: 30_000,
    // A server that goes silent is noticed within the sum of these two, and whatever waits for it fails then.
    heartbeatFrequencyMS: 2_000,
    connectTimeoutMS: 5_000,
    maxPoolSize: 50,
    // A slow server gets no queue without end: who waits longer is told to come again.
    waitQueueTimeoutMS: 10_000,
    writeConcern: { w: 'majority', journal: true },
    readPreference: 'primary',
  };
  const connection = mongoose.createConnection(uri, options);
  connection.on('error', (error: Error) => log.warn(faultOf(error), 'store: connection error'));
  connection.on('disconnected', () => log.warn('store: disconnected'));
  connection.on('connected', () => log.info('store: connected'));
  // A server that is away at start is retried by `ready`; the rejection itself carries no news.
  connection.asPromise().catch(() => undefined);

  const model = <T>(collection: string, schema: Schema<T>): Model<T> =>
    connection.model<T>(collection, schema, collection) as Model<T>;
  const models = {
    payments: model('payments', schemas.payments),
    attendees: model('attendees', schemas.attendees),
    conflicts: model('conflicts', schemas.conflicts),
    events: model('events', schemas.events),
    mails: model('mails', schemas.mails),
    mailTemplates: model('mail_templates', schemas.mailTemplates),
    sweeps: model('sweeps', schemas.sweeps),
    schedules: model('schedules', schemas.schedules),
    bindings: model('bindings', schemas.bindings),
    deadLetters: model('dead_letters', schemas.deadLetters),
    users: model('users', schemas.users),
    clubs: model('clubs', schemas.clubs),
    sessions: model('sessions', schemas.sessions),
    counters: model('counters', schemas.counters),
    activities: model('activity_logs', schemas.activities),
  };

  let wasConnected = false;
  connection.once('connected', () => {
    wasConnected = true;
  });
  const reconnect = async () => {
    // The driver reconnects by itself once it has been connected (another opening would leave its client behind);
    // before that, opening again is up to us.
    if (!wasConnected && connection.readyState === 0) await connection.openUri(uri, options);
    else if (connection.readyState === 2) await connection.asPromise();
  };

  return {
    ...models,
    connection,
    async ping(timeoutMs = 2_000) {
      try {
        const pong = reconnect().then(() => connection.db?.command({ ping: 1 }, { timeoutMS: timeoutMs }));
        const late = new Promise<undefined>((resolve) => setTimeout(resolve, timeoutMs, undefined).unref());
        return (await Promise.race([pong, late])) !== undefined;
      } catch {
        return false;
      }
    },
    async prepare() {
      const collections = Object.values(models) as unknown as Model<unknown>[];
      await Promise.all(collections.map(createMissingIndexes));
    },
    close: () => connection.close(true),
  };
}
