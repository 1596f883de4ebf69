import type { Dated, Timeline } from '../state/timeline.ts';
import { unknownId } from './errors.ts';

/** The entity as it is now: a read by id never lags. @throws {RazorpayError} */
export function known<T extends Dated>(timeline: Timeline<T>, id: string | undefined): T {
  const current = timeline.get(id ?? '');
  if (current === undefined) throw unknownId();
  return current;
}

/** Shows an entity that is stored as it is shown. */
export function entity<T>(stored: T): T {
  return stored;
}
