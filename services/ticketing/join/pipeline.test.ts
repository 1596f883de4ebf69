/** The join as the store runs it: the pure join's rules to the last field, and beside them the claim on settling. */
import { expect } from 'chai';
import fc from 'fast-check';
import { stripped } from '../../../shared/razorpay/facts.ts';
import { type Joinable, join } from '../../../shared/razorpay/join.ts';
import type { Observation, Register } from '../../../shared/razorpay/observation.ts';
import { paymentWords } from '../../../shared/search.ts';
import type { PaymentDoc } from '../../../shared/store/documents.ts';
import { updated } from '../../../test/aggregation.ts';
import { facts } from '../../../test/documents.ts';
import { anyObservation } from '../../../test/observations.ts';
import { redactedPayment } from '../redact/fields.ts';
import { joinPipeline } from './pipeline.ts';

const PAYMENT = 'pay_AAAAAAAAAAAAAA';
const NOW = new Date('2026-11-20T10:00:00Z');
const later = (ms: number) => new Date(NOW.getTime() + ms);
const MINE = { token: 'mine', until: later(60_000) };
const histories = fc.array(anyObservation(PAYMENT), { minLength: 1, maxLength: 6 });
const payment = facts({ id: PAYMENT });
const first: Observation = {
  id: 'first',
  payment_id: PAYMENT,
  source: 'webhook',
  observed_at: 1_795_000_000,
  correlation_id: 'test',
  payment,
};

const seen = (doc: object | null, observation: Observation, now = NOW, claim = MINE) =>
  updated(doc, PAYMENT, joinPipeline(observation, claim, now)) as unknown as PaymentDoc;

/** What the pure join knows of a payment. */
const joined = (doc: object | null) => {
  const { payment, order, qr, absence, refunds, disputes, rev, pending } = doc as Joinable;
  return JSON.parse(JSON.stringify({ payment, order, qr, absence, refunds, disputes, rev, pending }));
};

const redact = (doc: Joinable) => ({ ...doc, redacted_at: NOW });
const BY = { by: 'admin', reason: 'asked' as const, correlation_id: 'c' };
/** What `$set` with dotted paths makes of a document. */
function updatedBy(doc: PaymentDoc, { $set, $inc }: ReturnType<typeof redactedPayment>): PaymentDoc {
  const next = structuredClone(doc) as unknown as Record<string, Record<string, unknown>>;
  for (const [path, value] of Object.entries($set)) {
    const [field, inner] = path.split('.') as [string, string | undefined];
    if (inner === undefined) next[field] = value as never;
    else (next[field] as Record<string, unknown>)[inner] = value;
  }
  return { ...(next as unknown as PaymentDoc), rev: doc.rev + $inc.rev };
}
const strip = (doc: Joinable) => {
  const of = (register: Register<object>) => ({ ...register, value: stripped(register.value), stripped: true });
  return { ...doc, ...(doc.payment && { payment: of(doc.payment) }), ...(doc.order && { order: of(doc.order) }) };
};

describe('the join in the store', () => {
  it('agrees with the pure join on every history, also of payments that were stripped or redacted meanwhile', () => {
    const between = fc.constantFrom(...[(doc: Joinable) => doc, redact, strip, (doc: Joinable) => redact(strip(doc))]);
    fc.assert(
      fc.property(histories, between, fc.nat({ max: 5 }), (history, meanwhile, when) => {
        let pure: Joinable | null = null;
        let stored: Joinable | null = null;
        for (const [index, observation] of history.entries()) {
          pure = join(pure, observation);
          stored = seen(stored, observation) as unknown as Joinable;
          if (index === when) [pure, stored] = [meanwhile(pure), meanwhile(stored)];
          expect(joined(stored)).to.deep.equal(joined(pure));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('agrees on when Razorpay’s word on whether it knows the payment turns', () => {
    const { payment: known, ...unknown } = first;
    const at = (after: number, absent: boolean): Observation => ({
      ...unknown,
      ...(absent ? { absent } : { payment: known }),
      id: `${after}-${absent}`,
      observed_at: first.observed_at + after,
    });
    const sights = [at(0, true), at(1, true), at(2, true), at(2, false), at(3, false), at(4, true)];
    for (const history of [sights, sights.toReversed()]) {
      let doc: object = seen(null, first);
      const told = history.map((sight) => {
        const pure = join({ ...(doc as Joinable), pending: false }, sight);
        doc = seen({ ...doc, pending: false }, sight);
        expect(joined(doc), sight.id).to.deep.equal(joined(pure));
        return (doc as Joinable).pending;
      });
      if (history === sights) expect(told).to.deep.equal([true, true, false, true, false, true]);
    }
    const never = [at(0, true), at(1, true)].reduce<object | null>((doc, sight) => seen(doc, sight), null);
    expect((never as Joinable).rev, 'seen by nobody').to.equal(1);
  });

  it('brings nothing personal to a redacted payment, whatever is seen of it', () => {
    const open = ['email', 'contact', 'description', 'rrn'];
    const personal = (value: object): unknown[] =>
      Object.entries(value).flatMap(([name, one]) =>
        name === 'notes' ? (one as { value: string }[]).map((note) => note.value) : open.includes(name) ? [one] : [],
      );
    fc.assert(
      fc.property(anyObservation(PAYMENT), histories, (sight, history) => {
        const stored = seen(null, sight);
        const redacted = updatedBy(stored, redactedPayment(stored, BY, NOW));
        const ends = [
          history.reduce<object>((doc, one) => seen(doc, one), redacted),
          history.reduce<Joinable>((doc, one) => join(doc, one), redacted as unknown as Joinable),
        ];
        for (const end of ends) {
          const { payment, order, qr, redacted_at, words } = end as PaymentDoc;
          expect(redacted_at).to.deep.equal(NOW);
          for (const word of words ?? []) expect(word).to.match(/^ rfnd_/);
          for (const register of [payment, order, qr])
            if (register) expect(personal(register.value).filter(Boolean)).to.deep.equal([]);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('finds a redacted payment unchanged when it is seen again as it was', () => {
    fc.assert(
      fc.property(anyObservation(PAYMENT), (sight) => {
        const stored = seen(null, sight);
        const redacted = updatedBy(stored, redactedPayment(stored, BY, NOW));
        expect(seen(redacted, sight, later(1), { token: 'mine', until: later(60_000) })).to.deep.equal(redacted);
        expect(redacted.payment?.digest).to.equal(stored.payment?.digest);
      }),
    );
  });

  it('makes a whole payment of a first sight', () => {
    const doc = seen(null, { ...first, event: 'payment.captured' });
    const { payment: _, ...rest } = doc;
    expect(rest).to.deep.equal({
      _id: PAYMENT,
      rev: 1,
      pending: true,
      pending_since: NOW,
      attempts: 0,
      next_at: null,
      changed_by: {
        observation: first.id,
        source: first.source,
        event: 'payment.captured',
        correlation_id: 'test',
        at: NOW,
      },
      first_seen_at: NOW,
      first_source: first.source,
      flags: [],
      words: paymentWords({ payment: { value: payment } }),
      event_id: null,
      attendee_id: null,
      details: null,
      settling: MINE,
    });
    expect(seen(null, first).changed_by.event).to.equal(null);
  });

  const settled = (change: Partial<PaymentDoc> = {}) => ({
    ...seen(null, first),
    pending: false,
    pending_since: null,
    settling: null,
    attempts: 3,
    next_at: later(5_000),
    flags: ['overpaid'],
    event_id: 4,
    attendee_id: 7,
    details: { name: 'Asha' },
    outcome: { kind: 'ticketed' },
    ...change,
  });
  const news = {
    ...first,
    id: 'news',
    source: 'sweep' as const,
    observed_at: first.observed_at + 60,
    payment: { ...payment, status: 'refunded', amount_refunded: 29_900, rrn: 'another' },
  };

  it('changes nothing of a settled payment when the same is seen again, and claims nothing', () => {
    const before = settled();
    expect(seen(before, first, later(1_000), { token: 'other', until: later(9_000) })).to.deep.equal(before);
    const advanced = seen(before, { ...first, observed_at: first.observed_at + 9 }, later(1_000));
    expect(advanced.payment?.version).to.not.equal(before.payment?.version);
    expect({ ...advanced, payment: null }).to.deep.equal({ ...before, payment: null });
  });

  it('makes a settled payment pending again by news, from now on and without old failures, and keeps the rest', () => {
    const { payment: _, ...rest } = seen(settled(), news, later(1_000));
    const { payment: __, ...before } = settled();
    const words = [...(before.words ?? []), ...paymentWords({ payment: { value: news.payment } })];
    expect(rest).to.deep.equal({
      ...before,
      rev: 2,
      pending: true,
      pending_since: later(1_000),
      attempts: 0,
      next_at: null,
      // What it was found by before may still be true: settling knows.
      words: [...new Set(words)].sort(),
      changed_by: { observation: 'news', source: 'sweep', event: null, correlation_id: 'test', at: later(1_000) },
      settling: MINE,
    });
  });

  it('leaves a payment that was pending already as it was pending, with its failures', () => {
    const waiting = settled({ pending: true, pending_since: later(-9_000) });
    const again = seen(waiting, first, later(1_000));
    expect(again).to.deep.equal({ ...waiting, settling: MINE });
  });

  it('takes no claim from who settles it now, and takes it once that one is past', () => {
    const other = (until: Date) => settled({ pending: true, settling: { token: 'other', until } });
    expect(seen(other(later(1)), news).settling?.token).to.equal('other');
    expect(seen(other(NOW), news).settling).to.deep.equal(MINE);
    expect(seen(other(later(-1)), first).settling).to.deep.equal(MINE);
    // Not pending: there is nothing to settle, whoever did it before.
    expect(seen(settled({ settling: { token: 'other', until: later(-1) } }), first).settling?.token).to.equal('other');
  });

  it('does not read what people wrote as its own language', () => {
    const notes = [{ key: '$where.x', value: '$rev' }];
    const doc = seen(null, { ...first, payment: { ...payment, email: '$_id', notes } });
    expect(doc.payment?.value).to.deep.include({ email: '$_id', notes });
  });

  it('leaves no scaffolding behind', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const doc = history.reduce<object | null>((current, one) => seen(current, one), null);
        expect(Object.keys(doc ?? {}).filter((name) => /^(replaces|join)_/.test(name))).to.deep.equal([]);
      }),
    );
  });
});
