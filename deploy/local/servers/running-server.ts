import type { Exit } from '../children/child.ts';

export interface ServerOptions {
  /** Data folder of this server; made if absent. One server at a time uses it. */
  readonly dir: string;
  /** 0 or absent: any free one. */
  readonly port?: number;
  /** Hears what is going on, line by line; the last line says what was taken. */
  readonly report?: (line: string) => void;
  /** Start a private server although the environment names one; that one is used only if there is no other way. */
  readonly ignoreEnv?: boolean;
  readonly env?: NodeJS.ProcessEnv;
}

/** A server that answers on its own protocol. */
export interface RunningServer {
  readonly url: string;
  /** Null if the server isn't ours. */
  readonly pid: number | null;
  /** One line: what was found or installed. */
  readonly source: string;
  /** Somebody else's server, named by the environment; stop and kill leave it alone. */
  readonly external: boolean;
  /** Resolves when our server ends, for whatever reason; never for an external one. */
  readonly exited: Promise<Exit>;
  stop(): Promise<void>;
  kill(): Promise<void>;
}

export function externalServer(url: string, source: string): RunningServer {
  const nothing = async () => undefined;
  return { url, pid: null, source, external: true, exited: new Promise(() => undefined), stop: nothing, kill: nothing };
}
