/** The join is commutative, associative and idempotent (P2): order, duplicates and omissions change nothing. */
import { expect } from 'chai';
import fc from 'fast-check';
import { anyObservation } from '../../test/observations.ts';
import { isAbsent } from './absence.ts';
import { paymentFacts } from './facts.ts';
import { type Joinable, join, merge } from './join.ts';
import { type Observation, type Register, sightings } from './observation.ts';

const joinAll = (observations: readonly Observation[], doc: Joinable | null = null) =>
  observations.reduce<Joinable | null>((current, observation) => join(current, observation), doc);

/** The registers: what the join promises. `rev` counts changes and so depends on the order. */
function registers(doc: object | null) {
  const { payment, order, qr, absence, refunds, disputes } = (doc ?? {}) as Joinable;
  return { payment, order, qr, absence, refunds, disputes };
}

const PAYMENT = 'pay_AAAAAAAAAAAAAA';
const histories = fc.array(anyObservation(PAYMENT), { minLength: 1, maxLength: 8 });
const shuffled = (history: Observation[]) => fc.shuffledSubarray(history, { minLength: history.length });
const sight = (payment: object | undefined, more: object = {}) =>
  ({
    id: 'o',
    payment_id: PAYMENT,
    source: 'webhook',
    observed_at: 1_795_000_000,
    correlation_id: 'c',
    ...(payment && { payment: { status: 'captured', amount_refunded: 0, ...payment } }),
    ...more,
  }) as Observation;

describe('the join', () => {
  it('does not depend on the order of observations', () => {
    fc.assert(
      fc.property(
        histories.chain((history) => fc.tuple(fc.constant(history), shuffled(history))),
        ([history, other]) => {
          expect(registers(joinAll(history))).to.deep.equal(registers(joinAll(other)));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('takes an observation seen again for nothing new', () => {
    fc.assert(
      fc.property(histories, fc.nat(), (history, pick) => {
        const once = joinAll(history);
        expect(join(once, history[pick % history.length] as Observation)).to.deep.equal(once);
      }),
    );
  });

  it('comes to the same, however a history is grouped into what each replica saw first', () => {
    fc.assert(
      fc.property(histories, histories, (one, two) => {
        expect(registers(joinAll([...one, ...two]))).to.deep.equal(registers(joinAll([...two, ...one, ...one])));
      }),
    );
  });

  it('holds of each register the greatest version that was seen, and of no register anything else', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const greatest = new Map<string, Register<object>>();
        for (const { path, register } of history.flatMap(sightings)) {
          const known = greatest.get(path.join('.'));
          if (!known || register.version > known.version) greatest.set(path.join('.'), register);
        }
        const doc = registers(joinAll(history)) as Record<string, unknown>;
        const found = Object.entries(doc).flatMap(([group, held]) =>
          held === undefined
            ? []
            : group === 'refunds' || group === 'disputes'
              ? Object.entries(held as object).map(([id, one]) => [`${group}.${id}`, one])
              : [[group, held]],
        );
        expect(Object.fromEntries(found)).to.deep.equal(Object.fromEntries(greatest));
      }),
    );
  });

  it('lets time decide between money given back before its capture and that refund’s failure', () => {
    const seen = (observed_at: number, entity: object): Observation => ({
      id: String(observed_at),
      payment_id: PAYMENT,
      source: 'webhook',
      correlation_id: 'test',
      observed_at,
      payment: paymentFacts({
        id: PAYMENT,
        amount: 100,
        currency: 'INR',
        created_at: 1,
        fee: null,
        ...entity,
      } as never),
    });
    const given = seen(10, { status: 'refunded', captured: false, amount_refunded: 100 });
    const back = seen(11, { status: 'authorized', captured: false, amount_refunded: 0 });
    const status = (...seen: Observation[]) =>
      (joinAll(seen)?.payment?.value as { status: string } | undefined)?.status;
    expect([status(given, back), status(back, given)]).to.deep.equal(['authorized', 'authorized']);
    // An entity without `captured`: the fee tells that it was.
    const taken = seen(9, { status: 'captured', captured: true, fee: 2 });
    expect(status(taken, seen(10, { status: 'refunded', fee: 2, amount_refunded: 100 }))).to.equal('refunded');
  });

  it('becomes pending exactly when a fact changed, or whether Razorpay knows the payment', () => {
    fc.assert(
      fc.property(histories, anyObservation(PAYMENT), (history, next) => {
        const settled = { ...(joinAll(history) as Joinable), pending: false };
        const after = join(settled, next);
        const facts = (doc: Joinable) =>
          JSON.stringify([registers(doc), isAbsent(doc)], (key, value) => (key === 'version' ? undefined : value));
        expect(after.pending).to.equal(facts(after) !== facts(settled));
        expect(after.rev - settled.rev).to.equal(after.pending ? 1 : 0);
      }),
    );
  });

  it('is decided anew when Razorpay does not know it any more, or knows it again as it was', () => {
    const T = 1_795_000_000;
    const seen = (after: number) => sight({ id: PAYMENT }, { observed_at: T + after });
    const gone = (after: number) => sight(undefined, { observed_at: T + after, absent: true });
    const told: boolean[] = [];
    let doc: Joinable | null = join(null, seen(0));
    // Not to be found in the very second in which it was seen says nothing yet, though it is a new fact.
    for (const one of [gone(0), gone(1), gone(2), seen(2), seen(3), gone(4)]) {
      doc = join({ ...doc, pending: false }, one);
      told.push(doc.pending);
    }
    expect(told).to.deep.equal([true, true, false, true, false, true]);
  });

  it('makes of a first sight a pending payment of revision 1, also where it tells nothing but the id', () => {
    expect(join(null, sight(undefined))).to.deep.equal({ rev: 1, pending: true });
    expect(join(null, sight({ id: PAYMENT }))).to.include({ rev: 1, pending: true });
  });

  it('leaves the payment that it was given as it was, and what is not its own untouched', () => {
    fc.assert(
      fc.property(histories, anyObservation(PAYMENT), (history, next) => {
        const doc = { ...(joinAll(history) as Joinable), overrides: { ours: true } };
        const before = structuredClone(doc);
        expect(join(doc, next)).to.deep.include({ overrides: { ours: true } });
        expect(doc).to.deep.equal(before);
      }),
    );
  });

  it('drops personal fields once a payment is redacted', () => {
    fc.assert(
      fc.property(histories, histories, (before, later) => {
        const doc = { ...(joinAll(before) as Joinable), redacted_at: new Date() };
        const after = joinAll(later, doc);
        for (const name of ['payment', 'order', 'qr'] as const) {
          const register = after?.[name];
          if (!register || register.digest === doc[name]?.digest) continue;
          const value = register.value as { email?: unknown; contact?: unknown; notes: { value: string }[] };
          expect(register.stripped).to.equal(true);
          expect([value.email ?? null, value.contact ?? null]).to.deep.equal([null, null]);
          expect(value.notes.every((note) => note.value === '')).to.equal(true);
        }
      }),
    );
  });

  it('still tells the same facts from others after they were redacted', () => {
    const doc = { ...(join(null, sight({ id: PAYMENT })) as Joinable), redacted_at: new Date(), pending: false };
    const changed = join(doc, sight({ id: PAYMENT, status: 'refunded' }, { observed_at: 1_795_000_001 }));
    expect(changed).to.deep.include({ pending: true, rev: 2 });
    const again = join(
      { ...changed, pending: false },
      sight({ id: PAYMENT, status: 'refunded' }, { observed_at: 1_795_000_002 }),
    );
    expect(again).to.deep.include({ pending: false, rev: 2 });
    expect(again.payment?.stripped).to.equal(true);
  });

  it('gives a stripped payment its facts back from any sight of the same facts, and keeps the greater version', () => {
    const full = join(null, sight({ id: PAYMENT }));
    const payment = full.payment as Register<object>;
    const stub = { ...full, payment: { ...payment, value: {}, stripped: true }, pending: false };
    const earlier = join(stub, sight({ id: PAYMENT }, { observed_at: 1_794_999_999 }));
    expect(earlier).to.deep.equal({ ...full, rev: 2, pending: true });
    const later = join(stub, sight({ id: PAYMENT }, { observed_at: 1_795_000_009 }));
    expect(later.payment).to.deep.equal({ ...payment, version: later.payment?.version });
    expect((later.payment?.version ?? '') > payment.version).to.equal(true);
  });
});

describe('what becomes of a register', () => {
  const register = (version: string, digest: string, stripped?: boolean): Register<object> => ({
    version,
    digest,
    value: {},
    ...(stripped !== undefined && { stripped }),
  });

  it('is said in one of three words', () => {
    const stored = register('5', 'a');
    expect(merge(undefined, stored, false)).to.equal('replace');
    expect(merge(stored, register('6', 'b'), false)).to.equal('replace');
    expect(merge(stored, register('6', 'a'), false)).to.equal('advance');
    expect(merge(stored, register('5', 'a'), false)).to.equal('keep');
    expect(merge(stored, register('4', 'b'), false)).to.equal('keep');
  });

  it('takes back what was stripped only where the facts are the same and the payment is not redacted', () => {
    const stub = register('5', 'a', true);
    expect(merge(stub, register('4', 'a'), false)).to.equal('replace');
    expect(merge(stub, register('4', 'a'), true)).to.equal('keep');
    expect(merge(stub, register('6', 'a'), true)).to.equal('advance');
    expect(merge(stub, register('4', 'b'), false)).to.equal('keep');
    expect(merge(register('5', 'a', false), register('4', 'a'), false)).to.equal('keep');
  });
});
