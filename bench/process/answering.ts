/** The side of a measured process: it answers questions over its channel. */

export interface Question {
  id: number;
  kind: string;
  about: unknown;
}
export type Answer = { id: number } & ({ value: unknown } | { error: string });

const ANSWERING = Symbol.for('qrflow.answering');

interface Answering {
  replies: Map<string, (about: unknown) => unknown>;
  /** Asked before the program was so far. */
  early: Question[];
}

async function reply({ id, kind, about }: Question): Promise<void> {
  try {
    process.send?.({ id, value: await answering.replies.get(kind)?.(about) } satisfies Answer);
  } catch (error) {
    process.send?.({ id, error: String((error as Error).stack) } satisfies Answer);
  }
}

function begin(): Answering {
  const begun: Answering = { replies: new Map(), early: [] };
  process.on('message', (question: Question) => {
    if (begun.replies.has(question.kind)) reply(question).catch(() => process.exit(1));
    else begun.early.push(question);
  });
  return begun;
}

/** One of the whole process: the probe and the program each have this file in theirs. */
const here = globalThis as { [ANSWERING]?: Answering };
here[ANSWERING] ??= begin();
const answering = here[ANSWERING];

/** Answers questions of this kind, also those that came already; the process stays for more. */
export function answer<T>(kind: string, made: (about: T) => unknown): void {
  answering.replies.set(kind, made as (about: unknown) => unknown);
  process.channel?.ref();
  const waiting = answering.early.filter((question) => question.kind === kind);
  answering.early = answering.early.filter((question) => question.kind !== kind);
  for (const question of waiting) reply(question).catch(() => process.exit(1));
}
