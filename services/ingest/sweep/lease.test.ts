/** The schedule’s compare-and-set, apart from any server: one holder, and no word of a replica that lost its lease counts (P7). */
import { expect } from 'chai';
import fc from 'fast-check';
import type { ScheduleDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { LEASE_MS } from './record.ts';
import {
  type Claim,
  claimSchedule,
  completeSchedule,
  ensureSchedule,
  failSchedule,
  isDue,
  readSchedule,
  releaseSchedule,
  renewLease,
  retryMs,
} from './schedule.ts';

type Doc = Record<string, unknown>;

const field = (doc: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((at, name) => (at as Doc | null | undefined)?.[name], doc);

function matches(doc: Doc, filter: Doc): boolean {
  return Object.entries(filter).every(([path, wanted]) => {
    if (path === '$or') return (wanted as Doc[]).some((one) => matches(doc, one));
    if (path === '$and') return (wanted as Doc[]).every((one) => matches(doc, one));
    const value = field(doc, path) ?? null;
    if (wanted === null || typeof wanted !== 'object') return value === wanted;
    return Object.entries(wanted).every(([operator, bound]) => {
      if (!['$lte', '$lt', '$gt'].includes(operator)) throw new Error(`${operator} is not known here`);
      if (!(value instanceof Date)) return false;
      if (operator === '$gt') return value > (bound as Date);
      return operator === '$lte' ? value <= (bound as Date) : value < (bound as Date);
    });
  });
}

/** A collection of at most one document, as far as the schedule asks. */
function memory() {
  let doc: Doc | null = null;
  const set = (changes: Doc) => {
    const next = structuredClone(doc ?? {}) as Doc;
    for (const [path, value] of Object.entries(changes)) {
      const [name, inner] = path.split('.') as [string, string | undefined];
      next[name] = inner === undefined ? value : { ...(next[name] as Doc), [inner]: value };
    }
    doc = next;
  };
  const apply = (filter: Doc, update: { $set?: Doc; $setOnInsert?: Doc }, upsert = false): boolean => {
    const found = doc !== null && matches(doc, filter);
    if (found) set(update.$set ?? {});
    else if (upsert && doc === null) set({ ...filter, ...update.$setOnInsert });
    return found;
  };
  const schedules = {
    updateOne: async (filter: Doc, update: object, options: { upsert?: boolean } = {}) => ({
      matchedCount: apply(filter, update, options.upsert) ? 1 : 0,
    }),
    findOneAndUpdate: (filter: Doc, update: object) => ({
      lean: async () => (apply(filter, update) ? structuredClone(doc) : null),
    }),
    findById: (id: string) => ({ lean: async () => (doc?._id === id ? structuredClone(doc) : null) }),
  };
  return { store: { schedules } as unknown as Pick<Store, 'schedules'>, now: () => doc as unknown as ScheduleDoc, set };
}

const HOUR = 3_600_000;
const later = (ms: number) => new Date(Date.now() + ms);
const near = (date: Date, ms: number) => expect(date.getTime() - Date.now()).to.be.closeTo(ms, 5_000);
const done = (watermark: number, startedAt = new Date()) => ({
  watermark,
  refundsTo: null as number | null,
  startedAt,
  intervalMs: HOUR,
  qrCodes: new Map([['qr_AAAAAAAAAAAAAA', watermark]]),
});

async function claimed(): Promise<ReturnType<typeof memory> & { claim: Claim }> {
  const at = memory();
  await ensureSchedule(at.store);
  const claim = await claimSchedule(at.store, HOUR, later(1_000));
  if (!claim) throw new Error('nothing was due');
  return { ...at, claim };
}

describe('the lease on the schedule', () => {
  it('is free at first, with a sweep due at once, and is made once', async () => {
    const { store, now, set } = memory();
    expect(await readSchedule(store)).to.equal(null);
    await ensureSchedule(store);
    const { next_at, ...rest } = now();
    near(next_at, 0);
    expect(rest).to.deep.equal({
      _id: 'sweep',
      lease: null,
      watermark: null,
      failures: 0,
      last_complete_at: null,
      qr_codes: {},
    });
    set({ watermark: 5, failures: 2 });
    await ensureSchedule(store);
    expect(await readSchedule(store)).to.include({ watermark: 5, failures: 2 });
  });

  it('is given when a sweep is due and it is free or past, as the first look says', async () => {
    const at = Date.now() + HOUR;
    const date = (ms: number) => new Date(at + ms);
    for (const [next_at, until, free] of [
      [-1, null, true],
      [0, null, true],
      [1, null, false],
      [-1, -1, true],
      [-1, 0, false],
      [-1, 1, false],
      [1, -1, false],
      // What a clock that was ahead has left behind counts as past; a minute is no such clock.
      [HOUR + 60_000, null, false],
      [HOUR + 60_001, null, true],
      [-1, LEASE_MS + 60_000, false],
      [-1, LEASE_MS + 60_001, true],
      [HOUR + 60_001, 1, false],
    ] as const) {
      const { store, now, set } = memory();
      await ensureSchedule(store);
      set({ next_at: date(next_at), lease: until === null ? null : { token: 'other', until: date(until) } });
      const name = `next ${next_at}, until ${until}`;
      expect(isDue(now(), date(0), HOUR), name).to.equal(free);
      const claim = await claimSchedule(store, HOUR, date(0));
      expect(claim !== null, name).to.equal(free);
      if (claim) expect(now().lease?.token, name).to.equal(claim.token);
      else expect(now().lease?.token ?? null, name).to.equal(until === null ? null : 'other');
    }
  });

  it('lasts for a time that is renewed by its holder alone', async () => {
    const { store, now, claim, set } = await claimed();
    expect(claim.schedule.lease).to.deep.equal(now().lease);
    near(now().lease?.until as Date, LEASE_MS);
    set({ lease: { token: claim.token, until: later(5_000) } });
    expect(await renewLease(store, claim.token)).to.equal(true);
    near(now().lease?.until as Date, LEASE_MS);
    expect(now().lease?.token).to.equal(claim.token);
    expect(await renewLease(store, 'other')).to.equal(false);
    expect(now().lease?.token).to.equal(claim.token);
  });

  it('ends with a complete sweep: the watermark moves, old failures are over, the next sweep is an interval off', async () => {
    const { store, now, claim, set } = await claimed();
    set({ failures: 3, qr_codes: { qr_BBBBBBBBBBBBBB: 7 } });
    const startedAt = later(-600_000);
    expect(await completeSchedule(store, claim, done(1_795_000_000, startedAt))).to.equal(true);
    const { last_complete_at, ...rest } = now();
    near(last_complete_at as Date, 0);
    expect(rest).to.deep.equal({
      _id: 'sweep',
      lease: null,
      watermark: 1_795_000_000,
      failures: 0,
      next_at: new Date(startedAt.getTime() + HOUR),
      qr_codes: { qr_AAAAAAAAAAAAAA: 1_795_000_000, qr_BBBBBBBBBBBBBB: 7 },
    });
  });

  it('remembers up to where a sweep saw the refunds of a month, until another one has', async () => {
    const first = await claimed();
    await completeSchedule(first.store, first.claim, { ...done(1_795_000_000), refundsTo: 1_795_000_000 });
    expect(first.now().refunds_to).to.equal(1_795_000_000);
    const second = await claimSchedule(first.store, HOUR, later(2 * HOUR));
    if (!second) throw new Error('nothing was due');
    await completeSchedule(first.store, second, done(1_795_003_600));
    expect(first.now()).to.include({ watermark: 1_795_003_600, refunds_to: 1_795_000_000 });
  });

  it('ends with a failure: counted, the watermark stays, the next sweep comes after the wait for so many failures', async () => {
    for (const [before, wait] of [
      [0, 60_000],
      [1, 120_000],
      [9, HOUR],
    ] as const) {
      const { store, now, claim } = await claimed();
      await failSchedule(store, { ...claim, schedule: { ...claim.schedule, failures: before } }, HOUR);
      expect(now()).to.include({ watermark: null, failures: before + 1, lease: null, last_complete_at: null });
      near(now().next_at, wait);
    }
  });

  it('ends with a tidy stop: nothing is counted and a sweep is due at once', async () => {
    const { store, now, claim, set } = await claimed();
    set({ failures: 2, next_at: later(HOUR) });
    await releaseSchedule(store, claim.token);
    expect(now()).to.include({ watermark: null, failures: 2, lease: null });
    near(now().next_at, 0);
  });

  it('lets the watermark never go back, whatever clock Razorpay has', async () => {
    const { store, now, claim } = await claimed();
    const schedule = { ...claim.schedule, watermark: 1_795_000_000 };
    await completeSchedule(store, { ...claim, schedule }, done(1_794_000_000));
    expect(now().watermark).to.equal(1_795_000_000);
  });

  it('has one holder, whose word alone counts, in any history of claims, deaths and late words', async () => {
    const what = fc.constantFrom('claim', 'renew', 'complete', 'fail', 'release', 'wait');
    const step = fc.record({ what, who: fc.nat({ max: 5 }), watermark: fc.integer({ min: 1, max: 100 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const { store, now, set } = memory();
        await ensureSchedule(store);
        const claims: Claim[] = [];
        for (const { what, who, watermark } of steps) {
          const before = structuredClone(now());
          const claim = claims[who % Math.max(1, claims.length)];
          const holds = claim !== undefined && before.lease?.token === claim.token;
          if (what === 'claim') {
            const taken = await claimSchedule(store, HOUR, later(1_000));
            expect(taken !== null).to.equal(isDue(before, later(1_000), HOUR));
            if (taken) claims.push(taken);
          } else if (what === 'wait') {
            // A death, or an hour of quiet: the lease is past and a sweep is due.
            set({ next_at: later(-1), ...(before.lease && { lease: { ...before.lease, until: later(-1) } }) });
          } else if (claim) {
            if (what === 'renew') expect(await renewLease(store, claim.token)).to.equal(holds);
            if (what === 'complete') expect(await completeSchedule(store, claim, done(watermark))).to.equal(holds);
            if (what === 'fail') await failSchedule(store, claim, HOUR);
            if (what === 'release') await releaseSchedule(store, claim.token);
            if (!holds) expect(now()).to.deep.equal(before);
          }
          const moved = now().watermark !== before.watermark;
          if (moved) expect([what, holds]).to.deep.equal(['complete', true]);
          expect(now().watermark ?? 0).to.be.at.least(before.watermark ?? 0);
        }
      }),
    );
  });
});

describe('the wait after a failed sweep', () => {
  it('is a minute, then longer, never longer than the interval', () => {
    expect([1, 2, 3, 4, 5, 6, 60, 5_000].map((failures) => retryMs(failures, 1_800_000) / 60_000)).to.deep.equal([
      1, 2, 4, 8, 16, 30, 30, 30,
    ]);
    expect(retryMs(1, 5_000)).to.equal(5_000);
  });
});
