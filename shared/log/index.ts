/** JSON logs, one line an event, with a correlation id from webhook to mail; readable ones on a terminal. */
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';

export type { Logger } from 'pino';

/** A net under the rule that no log line carries money, secrets or personal data. */
const REDACT = [
  'password',
  'secret',
  'token',
  'authorization',
  'signature',
  'email',
  'phone',
  'contact',
  'notes',
  'amount',
  'name_on_ticket',
];

/**
 * A logger for a service. `pretty` defaults to whether standard output is a terminal; `destination` takes the lines
 * instead of standard output, as JSON.
 */
export function createLogger(
  service: string,
  level: string,
  pretty = process.stdout.isTTY === true,
  destination?: DestinationStream,
): Logger {
  const options: LoggerOptions = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: REDACT.flatMap((key) => [key, `*.${key}`]), censor: '…' },
  };
  if (destination) return pino(options, destination);
  if (!pretty) return pino(options);
  return pino({
    ...options,
    transport: {
      target: 'pino-pretty',
      options: { translateTime: 'HH:MM:ss', ignore: 'pid,hostname,service', messageFormat: `${service} {msg}` },
    },
  });
}

/** A correlation id for work that nobody asked for by one. */
export const newCorrelationId = (): string => crypto.randomUUID();
