/** Counts what a service asks of the store, at the driver: every command it sends, with what it is about. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Store } from '../../shared/store/index.ts';

export interface Command {
  name: string;
  collection: string;
  /** One line for a person: `findAndModify payments {_id}`. */
  text: string;
  body: Record<string, unknown>;
  /** The piece of work it was sent for, as told by `during`; null: somebody else's. */
  work: string | null;
  /** Not even one document came back or was changed. */
  empty: boolean;
}

export interface StoreWire {
  /** Commands since the last `clear`, oldest first. */
  commands: Command[];
  /** Everything sent from within `run`, also later, is `work`'s. */
  during<T>(work: string, run: () => Promise<T>): Promise<T>;
  clear(): void;
}

/** No round trips of our own: how the driver keeps its connections. */
const DRIVERS = ['hello', 'ismaster', 'ping', 'endSessions', 'killCursors', 'saslStart', 'saslContinue'];

const keys = (value: unknown) => `{${Object.keys((value ?? {}) as object).join(', ')}}`;

function describeCommand(name: string, collection: string, body: Record<string, unknown>): string {
  const [first] = (body.updates ?? []) as { q?: unknown }[];
  const stages = ((body.pipeline ?? []) as object[]).map((stage) => Object.keys(stage)[0]).join(' ');
  const about =
    name === 'insert'
      ? `×${(body.documents as unknown[]).length}`
      : (stages && `[${stages}]`) || keys(body.query ?? body.filter ?? first?.q);
  return `${name} ${collection} ${about}`;
}

/** The URI with which a client tells its commands. */
export function monitored(uri: string): string {
  const url = new URL(uri);
  url.searchParams.set('monitorCommands', 'true');
  return url.href;
}

/** `store` has to be opened with a `monitored` URI. */
export function watchStore(store: Store): StoreWire {
  const works = new AsyncLocalStorage<string>();
  const wire: StoreWire = {
    commands: [],
    during: (work, run) => works.run(work, run),
    clear: () => {
      wire.commands = [];
    },
  };
  const open = new Map<number, Command>();
  const client = store.connection.getClient();
  client.on('commandStarted', ({ commandName: name, command, requestId }) => {
    if (DRIVERS.includes(name)) return;
    const body = command as Record<string, unknown>;
    const collection = String(body[name] ?? '');
    const text = describeCommand(name, collection, body);
    const one = { name, collection, text, body, work: works.getStore() ?? null, empty: false };
    open.set(requestId, one);
    wire.commands.push(one);
  });
  client.on('commandSucceeded', ({ requestId, reply }) => {
    const one = open.get(requestId);
    open.delete(requestId);
    const { value, cursor } = reply as { value?: unknown; cursor?: { firstBatch?: unknown[] } };
    if (one) one.empty = one.name === 'findAndModify' ? value === null : cursor?.firstBatch?.length === 0;
  });
  return wire;
}

/** For a failure's message: how often each command was sent. */
export function listed(commands: readonly Command[]): string {
  const times = new Map<string, number>();
  for (const { text } of commands) times.set(text, (times.get(text) ?? 0) + 1);
  return [...times].map(([text, n]) => `\n  ${n} × ${text}`).join('');
}
