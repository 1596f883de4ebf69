// One step of an SMTP session that goes wrong: real servers die, hang and refuse at every one of them.
import type { Socket } from 'node:net';
import { z } from 'zod';

/** In the order of a session; `greeting`, `TLS`, `body` (in the middle of the mail) and `end` (after it) are no commands. */
const STAGES = ['greeting', 'EHLO', 'STARTTLS', 'TLS', 'AUTH', 'MAIL', 'RCPT', 'DATA', 'body', 'end'] as const;
export type Stage = (typeof STAGES)[number];

export const stageFault = z.strictObject({
  stage: z.enum(STAGES),
  /** Cut the connection, never answer, or answer this, such as `451 4.3.2 Later`. `TLS` and `body` can only be cut. */
  how: z.union([z.literal(['drop', 'hang']), z.string().regex(/^[45]\d\d [ -~]+$/, 'expected drop, hang or a reply')]),
});
export type StageFault = z.infer<typeof stageFault>;

/** What a session's connection is reached by; the library types none of it. */
export interface Connection {
  readonly id: string;
  readonly session: { readonly secure: boolean };
  readonly _socket: Socket;
  send(code: number, text: string): void;
  close(): void;
  _getHandler(command: string): Handler | undefined;
}
type Handler = (command: unknown, done: () => void) => void;

const MAIL_COMMANDS = new Set(['AUTH', 'MAIL', 'RCPT', 'DATA']);

export const replyOf = (how: string): { code: number; text: string } => ({
  code: Number(how.slice(0, 3)),
  text: how.slice(4),
});

/** Lets each command of this connection go wrong where the fault says so, and tells of those that come in the clear. */
export function watchCommands(
  connection: Connection,
  fault: () => StageFault | null,
  onInClear: (command: string) => void,
): void {
  const usual = connection._getHandler.bind(connection);
  // Looked up to be asked about, too: only a handler that runs is a command that came.
  connection._getHandler = (command) => {
    const handler = usual(command);
    if (handler === undefined) return undefined;
    return (line, done) => {
      if (MAIL_COMMANDS.has(command) && !connection.session.secure) onInClear(command);
      const wrong = fault();
      if (wrong?.stage !== command) return handler.call(connection, line, done);
      if (wrong.how === 'drop') connection._socket.destroy();
      else if (wrong.how !== 'hang') {
        const { code, text } = replyOf(wrong.how);
        connection.send(code, text);
        done();
      }
    };
  };
}
