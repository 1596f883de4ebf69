/**
 * The join: merging an observation into a stored payment. Commutative, associative and idempotent, so order, duplicates
 * and omissions of observations cannot change the result. This is the pure form; ticketing runs the same rules inside
 * the store in one round trip, and a property test holds the two together.
 */
import { isAbsent } from './absence.ts';
import { stripped } from './facts.ts';
import { type Observation, type Register, type Sighting, sightings } from './observation.ts';

/** What becomes of a register under an observation. */
export type Merge = 'keep' | 'advance' | 'replace';

/**
 * - `replace`: a newer version with other facts, or the same facts for a register that was stripped of personal data
 *   because the payment was not ours; the greater version stays
 * - `advance`: the same facts seen later; they have not changed, but older sights of anything else must lose from now on
 * - `keep`: older, or seen before
 */
export function merge(stored: Register<object> | undefined, seen: Register<object>, redacted: boolean): Merge {
  if (!stored) return 'replace';
  if (stored.stripped && !redacted && seen.digest === stored.digest) return 'replace';
  if (seen.version <= stored.version) return 'keep';
  return seen.digest === stored.digest ? 'advance' : 'replace';
}

/** The part of a stored payment that the join reads and writes. */
export interface Joinable {
  payment?: Register<object>;
  order?: Register<object>;
  qr?: Register<object>;
  absence?: Register<object>;
  refunds?: Record<string, Register<object>>;
  disputes?: Record<string, Register<object>>;
  redacted_at?: Date | null;
  rev: number;
  pending: boolean;
}

const at = (doc: Joinable, [group, id]: Sighting['path']): Register<object> | undefined => {
  const found = (doc as unknown as Record<string, unknown>)[group];
  return (id === undefined ? found : (found as Record<string, unknown> | undefined)?.[id]) as
    | Register<object>
    | undefined;
};

/** Merges `observation` into `doc` (null: first sight) and returns the new state; nothing is changed in place. */
export function join(doc: Joinable | null, observation: Observation): Joinable {
  const next: Record<string, unknown> = structuredClone(doc ?? { rev: 0, pending: false }) as never;
  const redacted = Boolean(doc?.redacted_at);
  let changed = doc === null;
  for (const { path, register } of sightings(observation)) {
    const stored = doc ? at(doc, path) : undefined;
    const what = merge(stored, register, redacted);
    if (what === 'keep') continue;
    const [group, id] = path;
    // Stryker disable next-line EqualityOperator: equal versions are the same text
    const version = stored && stored.version > register.version ? stored.version : register.version;
    const merged =
      what === 'advance' && stored
        ? { ...stored, version }
        : { ...register, version, ...(redacted && { value: stripped(register.value), stripped: true }) };
    next[group] = id === undefined ? merged : { ...(next[group] as object), [id]: merged };
    changed ||= what === 'replace';
  }
  // A sight that only advances a version changes nothing by itself; but Razorpay may not have known the payment before it.
  const joined = next as unknown as Joinable;
  if (changed || isAbsent(joined) !== isAbsent(doc ?? {})) {
    next.rev = Number(next.rev) + 1;
    next.pending = true;
  }
  return joined;
}
