/** Telling the store's errors apart, so that no caller parses a message. */

interface ServerError {
  code?: unknown;
  codeName?: unknown;
  name?: unknown;
  keyPattern?: Record<string, unknown>;
  cause?: unknown;
  errorLabelSet?: Set<string>;
}

/** E11000: a unique key is taken. */
export const isDuplicateKey = (error: unknown): error is Error & { keyPattern?: Record<string, unknown> } =>
  (error as ServerError | null)?.code === 11000;

/** The fields of the unique index that an E11000 ran into. */
export const duplicateFields = (error: unknown): string[] => Object.keys((error as ServerError).keyPattern ?? {});

const UNREACHABLE = new Set([
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoServerSelectionError',
  'MongoWaitQueueTimeoutError',
  'MongooseServerSelectionError',
  'MongoNotConnectedError',
  'MongoTopologyClosedError',
  'MongoExpiredSessionError',
  'MongoPoolClearedError',
  'PoolClearedOnNetworkError',
  'MongoPoolClosedError',
  'MongoClientClosedError',
  'MongoWriteConcernError',
  'MongooseError.DisconnectedError',
]);
/** Not primary, shutting down, interrupted at shutdown and the like: another try may find a primary. */
const FAILOVER = new Set([6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);

/** The store cannot be reached right now; nothing is wrong with what was asked of it. */
export function isUnreachable(error: unknown): boolean {
  for (
    let one = error as ServerError | undefined, depth = 0;
    one && depth < 5;
    one = one.cause as ServerError, depth++
  ) {
    if (UNREACHABLE.has(String(one.name)) || FAILOVER.has(Number(one.code))) return true;
    if (one instanceof Error && /initial connection|bufferCommands|ECONNREFUSED|ECONNRESET/i.test(one.message))
      return true;
  }
  return false;
}

/** For a log: what kind of error it is, and the server's own word for it. Never its message, which may hold what was sent. */
export function faultOf(error: unknown): { err: string; code?: unknown; code_name?: unknown } {
  const { name, code, codeName } = (error ?? {}) as ServerError;
  return {
    err: String(name),
    ...(code !== undefined && { code }),
    ...(codeName !== undefined && { code_name: codeName }),
  };
}
