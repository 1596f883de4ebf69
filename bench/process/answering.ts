/** The side of a measured process: it answers questions over its channel. */

export interface Question {
  id: number;
  kind: string;
  about: unknown;
}
export type Answer = { id: number } & ({ value: unknown } | { error: string });

const replies = new Map<string, (about: unknown) => unknown>();
/** Asked before the program was so far. */
let early: Question[] = [];

async function reply({ id, kind, about }: Question): Promise<void> {
  try {
    process.send?.({ id, value: await replies.get(kind)?.(about) } satisfies Answer);
  } catch (error) {
    process.send?.({ id, error: String((error as Error).stack) } satisfies Answer);
  }
}

process.on('message', (question: Question) => {
  if (replies.has(question.kind)) reply(question).catch(() => process.exit(1));
  else early.push(question);
});

/** Answers questions of this kind, also those that came already; the process stays for more. */
export function answer<T>(kind: string, made: (about: T) => unknown): void {
  replies.set(kind, made as (about: unknown) => unknown);
  process.channel?.ref();
  const waiting = early.filter((question) => question.kind === kind);
  early = early.filter((question) => question.kind !== kind);
  for (const question of waiting) reply(question).catch(() => process.exit(1));
}
