/** Waiting until everything answers, or saying what does not. */
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

export interface Probe {
  /** The process that is asked. */
  readonly name: string;
  /** Answers 200 when it is ready. */
  readonly url: string;
  /** It ended so often since its start. */
  readonly deaths: () => number;
  readonly lastLines: () => readonly string[];
  readonly logFile: string;
}

/** A part of the stack did not come up; the message has its last lines. */
export class NotReady extends Error {
  override readonly name = 'NotReady';
}

const ASK_EVERY_MS = 100;
const ANSWER_WITHIN_MS = 3_000;
/** Dead so often, it will not come up. */
const HOPELESS_DEATHS = 2;

async function why(url: string): Promise<string | null> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    const text = await answer.text();
    return answer.status === 200 ? null : `${new URL(url).pathname} answers ${answer.status} ${text.slice(0, 200)}`;
  } catch (error) {
    const { cause, message } = error as Error & { cause?: { code?: string } };
    return `${url} does not answer (${cause?.code ?? message})`;
  }
}

function notReady({ name, lastLines, logFile }: Probe, reason: string): NotReady {
  const lines = lastLines().map((line) => `\n    ${line}`);
  return new NotReady(
    `${name} does not come up: ${reason}\n  Its last lines (${logFile}):${lines.join('') || ' none'}`,
  );
}

/** Resolves once this part answers 200. @throws NotReady */
export async function untilReady(probe: Probe, withinMs: number, signal: AbortSignal): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    signal.throwIfAborted();
    const reason = await why(probe.url);
    if (reason === null) return;
    if (probe.deaths() >= HOPELESS_DEATHS) throw notReady(probe, `it ended ${probe.deaths()} times`);
    if (Date.now() > deadline) throw notReady(probe, `${reason} after ${withinMs / 1_000} s`);
    await delay(ASK_EVERY_MS, undefined, { signal });
  }
}

/** Resolves to a PEM file once it is written to its end: the mail catcher answers a moment before. @throws NotReady */
export async function untilWritten(pemFile: string, withinMs: number, signal: AbortSignal): Promise<string> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const text = await readFile(pemFile, 'utf8').catch(() => '');
    if (text.trimEnd().endsWith('-----END CERTIFICATE-----')) return text;
    if (Date.now() > deadline) throw new NotReady(`${pemFile} is not written`);
    await delay(ASK_EVERY_MS, undefined, { signal });
  }
}
