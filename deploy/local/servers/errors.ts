/** No way to this server works on this machine; the message names each with why not, and what to do. */
export class NoServerFound extends Error {
  override readonly name = 'NoServerFound';
  constructor(server: string, tried: readonly string[], choices: readonly string[]) {
    const list = (lines: readonly string[]) => lines.map((line) => `\n  - ${line}`).join('');
    super(`No ${server} can be started here. Tried:${list(tried)}\nAny one of these helps:${list(choices)}`);
  }
}

/** A server that the environment names does not answer. */
export class ServerUnreachable extends Error {
  override readonly name = 'ServerUnreachable';
  constructor(source: string, cause: unknown) {
    super(`${source} does not answer: ${cause instanceof Error ? cause.message : cause}`, { cause });
  }
}

/** A server ended, or didn't answer, at its start; the message has its last lines. */
export class ServerNotReady extends Error {
  override readonly name = 'ServerNotReady';
}

/** Another living process uses this data folder. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
}

/** Something could not be installed. */
export class InstallFailed extends Error {
  override readonly name = 'InstallFailed';
}
