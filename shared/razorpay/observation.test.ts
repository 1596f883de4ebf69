/** What travels on the bus: nothing that does not fit gets into the store, and nothing that is not listed. */
import { expect } from 'chai';
import fc from 'fast-check';
import { facts } from '../../test/documents.ts';
import { anyObservation } from '../../test/observations.ts';
import { observationSchema, sightings } from './observation.ts';
import { version } from './version.ts';

const PAYMENT = 'pay_AAAAAAAAAAAAAA';
const refund = {
  id: 'rfnd_AAAAAAAAAAAAAA',
  payment_id: PAYMENT,
  amount: 100,
  currency: 'INR',
  status: 'processed',
  created_at: 1_795_000_000,
};
const dispute = { ...refund, id: 'disp_AAAAAAAAAAAAAA', status: 'open', phase: 'chargeback', reason_code: 'fraud' };
const full = {
  id: 'evt',
  payment_id: PAYMENT,
  source: 'webhook' as const,
  event: 'payment.captured',
  observed_at: 1_795_000_000,
  correlation_id: 'c',
  payment: facts({ id: PAYMENT }),
  order: { id: 'order_AAAAAAAAAAAAAA', notes: [{ key: 'a', value: 'b' }] },
  qr: { id: 'qr_AAAAAAAAAAAAAA', notes: [{ key: 'a', value: 'b' }] },
  refunds: [refund],
  disputes: [dispute],
  absent: true as const,
};
const fits = (observation: unknown) => observationSchema.safeParse(observation).success;

/** `full` with the value at `path` replaced; undefined: without it. */
function changed(path: string, value: unknown): unknown {
  const copy = structuredClone(full) as Record<string, unknown>;
  const names = path.split('.');
  const last = names.pop() as string;
  const at = names.reduce<Record<string, unknown>>((inner, name) => inner[name] as Record<string, unknown>, copy);
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
}

describe('an observation', () => {
  it('comes out of its schema as it went in', () => {
    fc.assert(
      fc.property(anyObservation(PAYMENT), (observation) => {
        expect(observationSchema.parse(observation)).to.deep.equal(observation);
      }),
    );
    expect(observationSchema.parse(full)).to.deep.equal(full);
  });

  it('loses what is not listed: no card, no VPA, no bank gets into the store', () => {
    const more = { card: { last4: '1111' }, vpa: 'asha@upi' };
    for (const path of ['payment', 'order', 'qr', 'refunds.0', 'disputes.0']) {
      const value = path.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], full);
      expect(observationSchema.parse(changed(path, { ...(value as object), ...more })), path).to.deep.equal(full);
    }
    expect(observationSchema.parse({ ...full, ...more })).to.deep.equal(full);
  });

  it('needs each field, but for the registers that it does not touch', () => {
    const optional = ['event', 'payment', 'order', 'qr', 'refunds', 'disputes', 'absent'];
    for (const path of Object.keys(full))
      expect(fits(changed(path, undefined)), path).to.equal(optional.includes(path));
    for (const [group, value] of Object.entries({ ...full, 'refunds.0': refund, 'disputes.0': dispute }))
      if (value !== null && typeof value === 'object' && !Array.isArray(value))
        for (const name of Object.keys(value))
          expect(fits(changed(`${group}.${name}`, undefined)), `${group}.${name}`).to.equal(false);
  });

  it('takes null exactly where Razorpay may tell nothing', () => {
    const told = {
      payment: ['id', 'amount', 'currency', 'status', 'amount_refunded', 'captured', 'notes', 'created_at'],
      'refunds.0': ['id', 'payment_id', 'amount', 'status', 'created_at'],
      'disputes.0': ['id', 'payment_id', 'amount', 'status', 'created_at'],
      order: ['id', 'notes'],
      qr: ['id', 'notes'],
    };
    for (const [group, always] of Object.entries(told)) {
      const value = group.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], full);
      for (const name of Object.keys(value as object))
        expect(fits(changed(`${group}.${name}`, null)), `${group}.${name}`).to.equal(!always.includes(name));
    }
  });

  it('has ids of Razorpay’s shape, which go into paths and field names', () => {
    for (const path of ['payment_id', 'payment.id', 'order.id', 'qr.id', 'refunds.0.id', 'disputes.0.id'])
      for (const id of ['', 'x', 'rfnd_A.B', 'pay_AAAAAAAAAAAAA$', 'pay_AAAAAAAAAAAAAAA', 'evil_AAAAAAAAAAAAAA'])
        expect(fits(changed(path, id)), `${path} ${id}`).to.equal(false);
    for (const path of ['refunds.0.payment_id', 'disputes.0.payment_id'])
      expect(fits(changed(path, 'order_AAAAAAAAAAAAAA')), path).to.equal(false);
  });

  it('has whole amounts and times, not below zero, and times that versions can be padded for', () => {
    const amounts = ['payment.amount', 'payment.amount_refunded', 'payment.fee', 'payment.tax'];
    const others = ['refunds.0.amount', 'disputes.0.amount'];
    const times = ['observed_at', 'payment.created_at', 'refunds.0.created_at', 'disputes.0.created_at'];
    for (const path of [...amounts, ...others, ...times]) {
      expect(fits(changed(path, 0)), path).to.equal(true);
      for (const odd of [-1, 0.5, '5', Number.NaN, 2 ** 53])
        expect(fits(changed(path, odd)), `${path} ${odd}`).to.equal(false);
    }
    for (const path of times) {
      expect(fits(changed(path, 99_999_999_999)), path).to.equal(true);
      expect(fits(changed(path, 100_000_000_000)), path).to.equal(false);
    }
  });

  it('comes from one of our four sources, with an id of reasonable length', () => {
    for (const source of ['webhook', 'sweep', 'sync', 'lookup'])
      expect(fits(changed('source', source)), source).to.equal(true);
    for (const source of ['', 'stranger']) expect(fits(changed('source', source)), source).to.equal(false);
    for (const [length, good] of [
      [0, false],
      [1, true],
      [200, true],
      [201, false],
    ] as const)
      expect(fits(changed('id', 'x'.repeat(length))), String(length)).to.equal(good);
    expect(fits(changed('absent', false))).to.equal(false);
    expect(fits(changed('payment.notes', [{ key: 'a' }]))).to.equal(false);
    expect(fits(changed('order.notes', [{ value: 'a' }]))).to.equal(false);
  });
});

describe('the registers that an observation touches', () => {
  it('are exactly those it carries, each with a version of its own rank and tie', () => {
    const found = Object.fromEntries(
      sightings(full).map(({ path, register }) => [path.join('.'), register.version.replace(/[0-9a-f]{32}$/, '')]),
    );
    const at = (rank: number, tie: number) => version(rank, 1_795_000_000, tie, '');
    expect(found).to.deep.equal({
      payment: at(3, 0),
      order: at(0, 0),
      qr: at(0, 0),
      absence: at(0, 0),
      'refunds.rfnd_AAAAAAAAAAAAAA': at(1, 0),
      'disputes.disp_AAAAAAAAAAAAAA': at(0, 0),
    });
    const values = sightings(full).map(({ register }) => register.value);
    expect(values).to.deep.equal([full.payment, full.order, full.qr, { absent: true }, refund, dispute]);
    const { payment, order, qr, refunds, disputes, absent, ...nothing } = full;
    expect(sightings(nothing)).to.deep.equal([]);
  });

  it('order two sights of a second by what was refunded, which only grows', () => {
    const of = (amount_refunded: number) =>
      sightings({ ...full, payment: { ...full.payment, amount_refunded } })[0]?.register.version ?? '';
    expect(of(100) > of(0)).to.equal(true);
    expect(of(29_900) > of(100)).to.equal(true);
  });

  it('let no late word of a refund undo how it ended, and let time decide between the states of a dispute', () => {
    const of = (group: 'refunds' | 'disputes', one: object, observed_at: number) => {
      const seen = { ...full, observed_at, [group]: [{ ...(group === 'refunds' ? refund : dispute), ...one }] };
      const found = sightings(seen).find(({ path }) => path[0] === group);
      return found?.register.version ?? '';
    };
    const refunded = (status: string, at: number) => of('refunds', { status }, at);
    expect(refunded('processed', 1_795_000_000) > refunded('pending', 1_795_000_002)).to.equal(true);
    expect(refunded('failed', 1_795_000_000) > refunded('processed', 1_795_086_400)).to.equal(true);
    const disputed = (status: string, at: number) => of('disputes', { status }, at);
    expect(disputed('open', 1_795_000_001) > disputed('lost', 1_795_000_000)).to.equal(true);
    expect(disputed('lost', 1_795_000_000) > disputed('open', 1_795_000_000)).to.equal(true);
  });
});
