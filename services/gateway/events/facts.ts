/** Events as the gate needs them, kept for a moment: a queue of scans must not read the same event again and again. */
import type { EventDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';

/** So long may a change of an event made through another replica go unseen. */
const KEPT_MS = 2_000;

export interface EventFacts {
  get(id: number): Promise<EventDoc | null>;
  forget(id: number): void;
}

export function eventFacts(store: Store, now: () => number = () => performance.now()): EventFacts {
  const kept = new Map<number, { until: number; event: Promise<EventDoc | null> }>();
  return {
    get(id) {
      const found = kept.get(id);
      if (found && found.until > now()) return found.event;
      const event = store.events.findById(id).lean<EventDoc>().exec();
      kept.set(id, { until: now() + KEPT_MS, event });
      // What could not be read, or is not there (yet), is asked for again.
      event.then(
        (value) => value === null && kept.delete(id),
        () => kept.delete(id),
      );
      return event;
    },
    forget: (id) => void kept.delete(id),
  };
}
