/**
 * Hints that something held may go on. A thousand refunds give a thousand hints and need one look: a hint for what is
 * being looked at waits for the look after that, together with all others.
 */
export interface Hints {
  /** Looks at what is held for this event (undefined: for all). Resolves with how many came out differently. */
  hint(eventId: number | undefined): Promise<number>;
  /** Resolves when nothing is being looked at. */
  settled(): Promise<void>;
}

export function coalesced(look: (eventId: number | undefined) => Promise<number>): Hints {
  const running = new Map<number | undefined, Promise<number>>();
  const waiting = new Map<number | undefined, Promise<number>>();

  const start = (eventId: number | undefined): Promise<number> => {
    const looking = look(eventId).finally(() => running.delete(eventId));
    running.set(eventId, looking);
    return looking;
  };

  return {
    hint(eventId) {
      const current = running.get(eventId);
      if (current === undefined) return start(eventId);
      const queued = waiting.get(eventId);
      if (queued !== undefined) return queued;
      const next = current
        .catch(() => 0)
        .then(() => {
          waiting.delete(eventId);
          return start(eventId);
        });
      waiting.set(eventId, next);
      return next;
    },
    async settled() {
      await Promise.allSettled([...running.values(), ...waiting.values()]);
    },
  };
}
