/** The merged log: one line an event, whoever said it. Pure. */
import { paint as painted, type Style } from './paint.ts';

export interface LogEntry {
  readonly at: Date;
  /** Which process said it; `stack` is this one. */
  readonly from: string;
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** A stack trace, line by line. */
  readonly trace: readonly string[];
}

const NAME_WIDTH = 9;
const COLOURS: Record<string, Style> = {
  stack: 'white',
  gateway: 'cyan',
  ingest: 'blue',
  ticketing: 'magenta',
  simulator: 'yellow',
  mail: 'green',
  nats: 'gray',
  mongodb: 'gray',
};
const LEVELS: Record<string, Style> = {
  debug: 'dim',
  trace: 'dim',
  warn: 'yellow',
  error: 'red',
  fatal: ['red', 'bold'],
};
/** What a line begins with, if it is there; the other fields follow. */
const FIRST = ['payment_id', 'event_id', 'event', 'outcome', 'reason', 'sweep_id', 'mail', 'port', 'ops_port'];
const HIDDEN = new Set(['time', 'level', 'service', 'pid', 'hostname', 'msg', 'err', 'v', 'name']);
const LONGEST_VALUE = 80;
const CORRELATION_ID_LENGTH = 8;

export const entry = (from: string, level: string, message: string, fields = {}, at = new Date()): LogEntry => ({
  at,
  from,
  level,
  message,
  fields,
  trace: [],
});

/** Reads what a process printed: pino's JSON, or any other text, which is bad news on stderr. */
export function readLine(from: string, line: string, stream: 'stdout' | 'stderr', now = new Date()): LogEntry {
  const plain = () => entry(from, stream === 'stderr' ? 'error' : 'info', line, {}, now);
  if (!line.startsWith('{')) return plain();
  let said: Record<string, unknown>;
  try {
    said = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return plain();
  }
  const at = new Date(String(said.time));
  const { message, trace } = faultOf(said.err);
  const fields = Object.fromEntries(Object.entries(said).filter(([key]) => !HIDDEN.has(key)));
  return {
    at: Number.isNaN(at.getTime()) ? now : at,
    from,
    level: typeof said.level === 'string' ? said.level : 'info',
    message: typeof said.msg === 'string' ? said.msg : '',
    fields: message === null ? fields : { ...fields, err: message },
    trace,
  };
}

function faultOf(err: unknown): { message: string | null; trace: string[] } {
  if (err === null || typeof err !== 'object') return { message: err === undefined ? null : String(err), trace: [] };
  const { message, stack } = err as { message?: unknown; stack?: unknown };
  const trace = typeof stack === 'string' ? stack.split('\n').slice(1) : [];
  return { message: String(message ?? ''), trace: trace.map((line) => line.trim()) };
}

const clock = (at: Date) => at.toTimeString().slice(0, 8);

function shown(key: string, value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  const short = key === 'correlation_id' ? text.slice(0, CORRELATION_ID_LENGTH) : text;
  const cut = short.length > LONGEST_VALUE ? `${short.slice(0, LONGEST_VALUE - 1)}…` : short;
  return /[\s"]/.test(cut) ? JSON.stringify(cut) : cut;
}

/** The entry as text, without a last line break; its stack trace is indented below it. */
export function formatEntry({ at, from, level, message, fields, trace }: LogEntry, colours: boolean): string {
  const paint = (style: Style, text: string) => painted(style, text, colours);
  const rank = (key: string) => (FIRST.includes(key) ? FIRST.indexOf(key) : key === 'correlation_id' ? 99 : 50);
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null)
    .sort(([a], [b]) => rank(a) - rank(b))
    .map(([key, value]) => `${key}=${shown(key, value)}`);
  const style = LEVELS[level];
  const shownLevel = level === 'info' ? '' : `${level.toUpperCase()} `;
  const words = style === undefined ? `${shownLevel}${message}` : paint(style, `${shownLevel}${message}`);
  const name = paint(COLOURS[from] ?? 'white', from.padEnd(NAME_WIDTH));
  const line = [paint('dim', clock(at)), name, words, paint('dim', pairs.join(' '))].filter((part) => part !== '');
  return [line.join(' '), ...trace.map((one) => paint('dim', `${' '.repeat(10 + NAME_WIDTH)}${one}`))].join('\n');
}
