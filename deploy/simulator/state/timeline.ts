/** The greatest `list_lag_ms`: older states than this of an entity are not kept. */
export const MAX_LAG_MS = 3_600_000;

export interface Dated {
  readonly id: string;
  /** Razorpay's whole seconds. */
  readonly created_at: number;
}

export interface PageQuery {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly skip: number;
}

/** Hears of each change. */
export type Note<T> = (change: { put: T; at: number } | { forget: string }) => void;

interface Version<T> {
  readonly at: number;
  readonly entity: T;
}

interface Row<T> {
  readonly id: string;
  readonly createdAt: number;
  readonly versions: Version<T>[];
}

/**
 * Every entity of one kind, sorted by creation, with its recent states: a list can be read as it was some time ago,
 * which is how Razorpay's lists behave while their index lags. Entities are immutable; a change puts a new one.
 */
export class Timeline<T extends Dated> {
  readonly #rows = new Map<string, Row<T>>();
  /** Oldest first; equal creation times stay in order of arrival. */
  readonly #sorted: Row<T>[] = [];
  #changedAt = Number.NEGATIVE_INFINITY;
  readonly #note: Note<T>;

  constructor(note: Note<T> = () => undefined) {
    this.#note = note;
  }

  get size(): number {
    return this.#sorted.length;
  }

  get(id: string): T | undefined {
    return this.#rows.get(id)?.versions.at(-1)?.entity;
  }

  has(id: string): boolean {
    return this.#rows.has(id);
  }

  /** Stores the entity's new state as of `nowMs` on the machine's clock. */
  put(entity: T, nowMs: number): void {
    this.#note({ put: entity, at: nowMs });
    this.#changedAt = Math.max(this.#changedAt, nowMs);
    const row = this.#rows.get(entity.id);
    if (row === undefined) {
      const fresh = { id: entity.id, createdAt: entity.created_at, versions: [{ at: nowMs, entity }] };
      this.#rows.set(entity.id, fresh);
      this.#sorted.splice(this.#firstAfter(entity.created_at), 0, fresh);
      return;
    }
    if (row.versions.at(-1)?.at === nowMs) row.versions.pop();
    row.versions.push({ at: nowMs, entity });
    // The oldest is needed only while its successor may still be hidden by the lag.
    while ((row.versions[1]?.at ?? Number.POSITIVE_INFINITY) < nowMs - MAX_LAG_MS) row.versions.shift();
  }

  forget(id: string): void {
    const row = this.#rows.get(id);
    if (row === undefined) return;
    this.#note({ forget: id });
    this.#rows.delete(id);
    this.#sorted.splice(this.#sorted.indexOf(row), 1);
  }

  /** Newest first, both ends inclusive, as the list stood at `asOfMs` on the machine's clock. */
  page(query: PageQuery, asOfMs: number, accept: (id: string) => boolean = () => true): T[] {
    const items: T[] = [];
    let toSkip = query.skip;
    const settled = this.#changedAt <= asOfMs;
    for (let i = this.#firstAfter(query.to) - 1; i >= 0 && items.length < query.count; i -= 1) {
      const row = this.#sorted[i];
      if (row === undefined || row.createdAt < query.from) break;
      if (!accept(row.id)) continue;
      const version = settled ? row.versions.at(-1) : row.versions.findLast((candidate) => candidate.at <= asOfMs);
      if (version === undefined) continue;
      if (toSkip > 0) toSkip -= 1;
      else items.push(version.entity);
    }
    return items;
  }

  /** Current states, oldest first. */
  *values(): Generator<T> {
    for (const row of this.#sorted) {
      const current = row.versions.at(-1);
      if (current !== undefined) yield current.entity;
    }
  }

  #firstAfter(createdAt: number): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle]?.createdAt ?? 0) <= createdAt) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
