/** The sweep on real servers, with the real ticketing behind it: P3, P7 and P8 as far as they are ingest's. */
import { expect } from 'chai';
import { ask, type SyncAnswer, type SyncQuestion } from '../../../shared/bus/requests.ts';
import { isAbsent } from '../../../shared/razorpay/absence.ts';
import type { PaymentDoc } from '../../../shared/store/documents.ts';
import { MOMENT } from '../../../test/patience.ts';
import { startTicketing } from '../../ticketing/app.ts';
import { loadTicketingConfig } from '../../ticketing/config.ts';
import { clearStage, listenIn, metric, newId, type Stage, setStage, student, until } from '../test/stage.ts';

interface Simulated {
  id: string;
  created_at: number;
  order_id: string | null;
  qr_code_id: string | null;
}

const HOUR = 3_600;
const now = () => Math.floor(Date.now() / 1_000);
/** Every seventh, as students do not pay in a rhythm. */
const old = (n: number) => now() - 10 * 60 - n * 7;

describe('a sweep', () => {
  let stage: Stage;
  let ingest: Awaited<ReturnType<Stage['ingest']>>;
  let bus: ReturnType<Stage['bus']>;

  before(async () => {
    stage = await setStage();
    bus = stage.bus();
    ingest = await stage.ingest();
    stage.keep(await startTicketing(loadTicketingConfig(stage.ticketingEnv)));
    await stage.store.events.collection.insertOne({
      _id: 1 as never,
      name: 'Fest',
      date: new Date(Date.now() + 7 * 86_400_000),
      ends_at: null,
      prices: [],
      capacity: null,
      currency: 'INR',
      timezone: 'Asia/Kolkata',
      status: 'open',
      razorpay_qr_id: null,
      created_at: new Date(Date.now() - 86_400_000),
    });
    await until('everything is ready', async () => {
      const answer = await fetch(`http://127.0.0.1:${ingest.opsPort}/readyz`);
      return answer.ok && bus.ready();
    });
  });
  after(clearStage);
  beforeEach(async () => {
    await stage.control('reset');
    await Promise.all([stage.store.payments.deleteMany({}), stage.store.attendees.deleteMany({})]);
  });

  /** Waits for its end, however long a slow machine takes, unless the question says how long. */
  async function sync(question: Partial<SyncQuestion> = {}): Promise<SyncAnswer> {
    const answer = await ask(
      bus,
      'ingest.sync',
      { requested_by: 'admin', wait_ms: 30_000, ...question },
      { timeoutMs: 40_000, correlationId: crypto.randomUUID() },
    );
    if (answer.state !== 'running' || question.wait_ms !== undefined) return answer;
    const { state, counts, error } = await until('the sweep has ended', async () => {
      const sweep = await stage.store.sweeps.findById(answer.sweep_id).lean();
      return sweep?.state !== 'running' && sweep;
    });
    return { ...answer, state, counts, error };
  }
  const pay = (facts: object = {}) =>
    stage.control<Simulated>('payments', { amount: 29_900, notes: { ...student(), event_id: 1 }, ...facts });
  /** Somebody else's: final at once, and no ticket is made for it. */
  const foreign = (createdAt: number) => pay({ notes: {}, created_at: createdAt });
  const stored = (id: string) => stage.store.payments.findById(id).lean();
  const schedule = () => stage.store.schedules.findById('sweep').lean();

  it('brings what no webhook has told of to the store, on more pages than one', async () => {
    const before = await metric(ingest, 'qrflow_sweep_found_total');
    for (let n = 0; n < 230; n++) await pay({ created_at: old(n % 190) });
    const answer = await sync();
    expect(answer).to.include({ state: 'complete', error: null });
    expect(answer.counts).to.include({
      missing: 230,
      published: 230,
      found: 230,
      fetched: 230,
      ticketed: 230,
      pending: 0,
    });
    expect(await stage.store.payments.countDocuments({ 'payment.value.status': 'captured' })).to.equal(230);
    expect(await stage.store.attendees.countDocuments({ live: true })).to.equal(230);
    expect((await metric(ingest, 'qrflow_sweep_found_total')) - before).to.equal(230);
  });

  it('finds nothing new in what it has seen, and asks for nothing by id', async () => {
    for (let n = 0; n < 130; n++) await (n % 10 === 0 ? pay({ created_at: old(n) }) : foreign(old(n)));
    await sync();
    const answer = await sync();
    expect(answer.counts).to.include({ missing: 0, changed: 0, published: 0, fetched: 130, found: 0 });
    expect(answer.counts.calls).to.be.at.most(answer.counts.pages + 1);
  });

  it('does not count as missed what is younger than 2 minutes', async () => {
    const { id } = await pay();
    const answer = await sync();
    expect(answer.counts).to.include({ missing: 1, published: 1, found: 0, ticketed: 1 });
    expect((await stored(id))?.outcome?.kind).to.equal('ticketed');
  });

  it('does not count as missed a checkout that was begun and left, of which no webhook tells', async () => {
    await pay({ status: 'created', created_at: old(1) });
    await pay({ status: 'failed', created_at: old(2) });
    expect((await sync()).counts).to.include({ missing: 2, published: 2, found: 1 });
  });

  it('fetches what has changed by its id, so that a list that lags cannot take it back', async () => {
    const { id } = await pay({ created_at: old(1) });
    const paidAt = Date.now();
    await sync();
    await until(
      'the list can lag behind the change, and still know the payment',
      async () => Date.now() > paidAt + 1_500,
    );
    const changedAt = Date.now();
    await stage.control(`payments/${id}/notes`, { notes: { ...student(), event_id: 1, section: 'B' } });
    const answer = await sync();
    expect(answer.counts).to.include({ changed: 1, published: 1, missing: 0 });
    const section = async () => (await stored(id))?.payment?.value.notes.find(({ key }) => key === 'section')?.value;
    expect(await section()).to.equal('B');
    await stage.control('faults', { list_lag_ms: Date.now() - changedAt + 1_000 });
    const lagging = await sync();
    expect(lagging.counts).to.include({ fetched: 1, published: 0 });
    expect(await section()).to.equal('B');
  });

  it('sees a payment that is authorised days late, which the list by creation time never shows again', async () => {
    const { id } = await pay({ status: 'failed', created_at: now() - 3 * 86_400 });
    await sync({ from: now() - 4 * 86_400, to: now() });
    expect((await stored(id))?.payment?.value.status).to.equal('failed');
    await stage.control(`payments/${id}/authorize`);
    await stage.control(`payments/${id}/capture`);
    const answer = await sync();
    expect(answer.counts.changed).to.equal(1);
    expect((await stored(id))?.outcome?.kind).to.equal('ticketed');
    expect((await stored(id))?.checked_at).to.be.a('date');
  });

  it('sees a payment that was authorised late, in an outage of days', async () => {
    const { id } = await pay({ status: 'failed', created_at: now() - 7 * 86_400 });
    await sync({ from: now() - 8 * 86_400, to: now() });
    await stage.control(`payments/${id}/authorize`);
    await stage.control(`payments/${id}/capture`);
    // From an hour before the last complete sweep, three days ago: then it was four days old.
    await sync({ from: now() - 3 * 86_400 - HOUR, to: now() });
    expect((await stored(id))?.outcome?.kind).to.equal('ticketed');
  });

  it('widens its list when more than 100 payments are not final, and sees each', async () => {
    const paid: Simulated[] = [];
    for (let n = 0; n < 105; n++) paid.push(await pay({ status: 'failed', created_at: now() - 2 * 86_400 - n }));
    await sync({ from: now() - 3 * 86_400, to: now() });
    const all = { _id: { $in: paid.map(({ id }) => id) } };
    const are = (status: string) => stage.store.payments.countDocuments({ ...all, 'payment.value.status': status });
    await until('all are known', async () => (await are('failed')) === 105);
    for (const [n, { id }] of paid.entries()) {
      await stage.control(`payments/${id}/authorize`);
      if (n % 21 === 0) await stage.control(`payments/${id}/capture`);
    }
    const answer = await sync();
    expect([answer.state, answer.error]).to.deep.equal(['complete', null]);
    expect(answer.counts).to.include({ changed: 105 });
    expect([await are('authorized'), await are('captured')]).to.deep.equal([100, 5]);
  });

  it('tells the store when Razorpay does not know a payment any more', async () => {
    const { id } = await pay({ status: 'failed', created_at: now() - 2 * 86_400 });
    await sync({ from: now() - 3 * 86_400, to: now() });
    const { payments } = stage.simulator.account.ledger;
    const theirs = payments.get(id) as NonNullable<ReturnType<typeof payments.get>>;
    // Also when it was known again meanwhile, as with the keys of another account for a while.
    for (let times = 0; times < 2; times++) {
      payments.put(theirs, Date.now());
      await sync();
      expect(isAbsent((await stored(id)) as PaymentDoc)).to.equal(false);
      await stage.control(`payments/${id}/forget`);
      // Not to be found in the very second in which it was seen proves nothing.
      await until('the absence', async () => {
        expect(await sync()).to.include({ state: 'complete' });
        return isAbsent((await stored(id)) as PaymentDoc) || null;
      });
      expect((await sync()).counts).to.include({ published: 0 });
    }
  });

  it('follows a refund to its payment, and one that is pending until it has ended', async () => {
    const { id } = await pay({ created_at: now() - 3 * 86_400 });
    await sync({ from: now() - 4 * 86_400, to: now() });
    const refund = await stage.control<{ id: string }>(`payments/${id}/refund`, { amount: 100, status: 'pending' });
    expect((await sync()).counts).to.include({ changed: 1 });
    expect((await stored(id))?.refunds?.[refund.id]?.value).to.include({ status: 'pending' });
    expect((await stored(id))?.payment?.value.amount_refunded).to.equal(100);
    await stage.control(`refunds/${refund.id}/process`);
    // Outside the window of this one: only the pending refund in the store leads there.
    await sync({ from: now() + 60, to: now() + 61 });
    expect((await stored(id))?.refunds?.[refund.id]?.value).to.include({ status: 'processed' });
    await stage.control(`payments/${id}/refund`);
    await sync();
    expect((await stored(id))?.outcome?.kind).to.equal('revoked');
  });

  it('sees a refund that fails weeks after it was processed, though no webhook tells', async () => {
    const { ledger } = stage.simulator.account;
    const { id } = await pay({ created_at: now() - 20 * 86_400 });
    const refund = ledger.refund(id, undefined, 'processed', now() - 12 * 86_400);
    await sync({ from: now() - 21 * 86_400, to: now() });
    expect((await stored(id))?.outcome?.kind).to.equal('revoked');
    expect((await sync()).counts, 'one that is as it was is no news').to.include({ published: 0 });
    ledger.failRefund(id, refund.id);
    expect((await sync()).counts).to.include({ changed: 1 });
    expect((await stored(id))?.refunds?.[refund.id]?.value).to.include({ status: 'failed' });
    expect((await stored(id))?.outcome?.kind).to.equal('ticketed');
  });

  it('brings nothing from before the first sweep by its refund', async () => {
    const { id } = await pay({ created_at: now() - 20 * 86_400 });
    stage.simulator.account.ledger.refund(id, 100, 'processed', now() - 12 * 86_400);
    expect((await sync()).counts).to.include({ published: 0 });
    expect(await stored(id)).to.equal(null);
  });

  it('takes a dispute from the list, and follows an open one to its end', async () => {
    const { id } = await pay({ created_at: old(2) });
    await sync();
    await stage.control(`payments/${id}/dispute`);
    await sync();
    const [dispute] = Object.values((await stored(id))?.disputes ?? {});
    expect(dispute?.value).to.include({ status: 'open' });
    await stage.control(`payments/${id}/dispute`, { status: 'won' });
    await sync();
    expect(Object.values((await stored(id))?.disputes ?? {})[0]?.value).to.include({ status: 'won' });
  });

  it('brings the details that only the QR code has, from the code’s creation on', async () => {
    const code = await stage.control<{ id: string }>('qr_codes', { notes: { ...student(), event_id: 1 } });
    const { id } = await pay({ notes: [], qr_code: code.id, created_at: now() - 5 * 86_400 });
    // Made just now, but its payments may be older than this sweep's window.
    stage.simulator.account.ledger.qrCodes.put(
      {
        ...(stage.simulator.account.ledger.qrCodes.get(code.id) as never as object),
        created_at: now() - 6 * 86_400,
      } as never,
      Date.now(),
    );
    await stage.store.events.updateOne({ _id: 1 }, { $set: { razorpay_qr_id: code.id } });
    const answer = await sync();
    expect(answer).to.include({ state: 'complete' });
    expect((await stored(id))?.qr?.value.id).to.equal(code.id);
    expect((await stored(id))?.outcome?.kind).to.equal('ticketed');
    await stage.store.events.updateOne({ _id: 1 }, { $set: { razorpay_qr_id: newId('qr') } });
    expect(await sync(), 'a mistyped code stops nothing').to.include({ state: 'complete' });
    await stage.store.events.updateOne({ _id: 1 }, { $set: { razorpay_qr_id: null } });
  });

  it('looks at the order of each captured payment of ours, once', async () => {
    const { id, order_id } = await pay({ order_notes: { remark: 'from the order' }, created_at: old(3) });
    const calls = () => stage.simulator.account.calls.shown().counts['GET /v1/orders/:id']?.['200'] ?? 0;
    await sync();
    expect((await stored(id))?.order?.value).to.deep.include({ id: order_id });
    await sync();
    expect(calls()).to.equal(1);
  });

  it('looks at the QR code of each captured payment of ours, once, also after a refund', async () => {
    const { id, qr_code_id } = await pay({ qr_code: true, qr_notes: { section: 'B' }, created_at: old(3) });
    const refunded = await pay({ status: 'refunded', order_notes: { section: 'B' }, created_at: old(4) });
    const calls = () => stage.simulator.account.calls.shown().counts['GET /v1/payments/qr_codes']?.['200'] ?? 0;
    await sync();
    expect((await stored(id))?.qr?.value).to.deep.include({ id: qr_code_id });
    expect((await stored(refunded.id))?.order?.value).to.deep.include({ id: refunded.order_id });
    await sync();
    expect(calls()).to.equal(1);
  });

  it('hands an entry that cannot be read to the dead letters and sees the others', async () => {
    const { payments } = stage.simulator.account.ledger;
    const { id } = await pay({ created_at: old(5) });
    const odd = await pay({ created_at: old(4) });
    payments.put({ ...(payments.get(odd.id) as object), amount: 8.35 } as never, Date.now());
    const answer = await sync();
    expect(answer).to.include({ state: 'complete' });
    expect(answer.counts, 'no unqualified success').to.include({ unreadable: 1, missing: 1 });
    expect((await stored(id))?.outcome?.kind).to.equal('ticketed');
    expect(await metric(ingest, 'qrflow_unreadable_total{source="sweep"}')).to.be.at.least(1);
    await until('the dead letter', async () =>
      stage.store.deadLetters.findOne({ subject: 'payments.unreadable' }).lean(),
    );
    await stage.control(`payments/${odd.id}/forget`);
  });

  /** Known for long enough that a list must show them. */
  const knownForLong = async (count: number) => {
    const paid: Simulated[] = [];
    for (let n = 0; n < count; n++) paid.push(await pay({ created_at: now() - HOUR - n }));
    await sync();
    await stage.store.payments.updateMany({}, { $set: { first_seen_at: new Date(Date.now() - HOUR * 1_000) } });
    return paid.map(({ id }) => id);
  };

  it('says of a captured payment that Razorpay does not know that it is absent, once', async () => {
    const [forged = '', real = ''] = await knownForLong(2);
    await stage.control(`payments/${forged}/forget`);
    // Not to be found in the very second in which it was seen proves nothing.
    const told = await until('the hold', async () => {
      const answer = await sync();
      expect(answer).to.include({ state: 'complete' });
      return answer.counts.held > 0 && answer;
    });
    expect(told.counts).to.include({ published: 1, held: 1 });
    expect((await stored(forged))?.outcome).to.include({ kind: 'held', reason: 'unknown_at_razorpay' });
    expect((await stored(real))?.outcome).to.include({ kind: 'ticketed' });
    const again = await sync();
    expect(again.counts).to.include({ published: 0 });
    expect(again.counts.calls).to.be.at.most(again.counts.pages + 1);
  });

  it('takes no list that is cut for a look at everything, however many payments Razorpay does not know', async () => {
    const { payments } = stage.simulator.account.ledger;
    const ids = await knownForLong(5);
    const left = payments.get(ids.at(-1) as string) as NonNullable<ReturnType<typeof payments.get>>;
    for (const id of ids) payments.forget(id);
    // By its id it is known; no list of this time shows it.
    payments.put({ ...left, created_at: now() - 40 * 86_400 }, Date.now());
    expect((await sync()).error).to.contain('leaves out payments that Razorpay has');
    payments.forget(left.id);
  });

  it('takes an entry of the list that it cannot read for listed, whatever stands behind its id', async () => {
    const { payments } = stage.simulator.account.ledger;
    const [odd = ''] = await knownForLong(1);
    payments.put({ ...(payments.get(odd) as object), amount: 8.35 } as never, Date.now());
    const calls = () => stage.simulator.account.calls.shown().counts['GET /v1/payments/:id'];
    const before = calls();
    const answer = await sync();
    expect(answer).to.include({ state: 'complete' });
    expect(answer.counts).to.include({ unreadable: 1 });
    expect(calls(), 'it is asked for nothing, and called lost by nobody').to.deep.equal(before);
    await stage.control(`payments/${odd}/forget`);
  });

  it('is not kept for ever from being complete by one payment that cannot be read by its id either', async () => {
    const { payments } = stage.simulator.account.ledger;
    const odd = await pay({ created_at: now() - 3 * 86_400 });
    await sync({ from: now() - 4 * 86_400, to: now() });
    await stage.control(`payments/${odd.id}/refund`, { amount: 100 });
    payments.put({ ...(payments.get(odd.id) as object), currency: 7 } as never, Date.now());
    const answer = await sync();
    expect(answer).to.include({ state: 'complete', error: null });
    expect(answer.counts).to.include({ unreadable: 1 });
    await stage.control(`payments/${odd.id}/forget`);
  });

  it('sees a late authorisation beside however many payments that nobody has seen and nobody can read', async () => {
    const late = await pay({ status: 'failed', created_at: now() - 3 * 86_400 });
    await sync({ from: now() - 4 * 86_400, to: now() });
    const { payments } = stage.simulator.account.ledger;
    const theirs = payments.get(late.id) as object;
    const odd = Array.from({ length: 100 }, () => newId('pay'));
    for (const id of odd) payments.put({ ...theirs, id, currency: 7 } as never, Date.now());
    const bare = odd.map((_id) => ({ _id: _id as never, pending: false, first_seen_at: new Date(), rev: 1 }));
    await stage.store.payments.collection.insertMany(bare);
    await stage.control(`payments/${late.id}/capture`);
    expect((await sync()).counts).to.include({ unreadable: 100, changed: 1 });
    expect((await stored(late.id))?.outcome?.kind).to.equal('ticketed');
  });

  it('goes on through pages that come twice or short', async () => {
    for (let n = 0; n < 105; n++) await foreign(old(n));
    const { id } = await pay({ created_at: old(200) });
    for (const fault of [{ repeat_page: { nth: 2 } }, { shrink_page: { nth: 1 } }, { shrink_page: { nth: 2 } }]) {
      await stage.control('faults', fault);
      const answer = await sync();
      expect(answer.state).to.equal('complete');
      await stage.control('faults', { repeat_page: null, shrink_page: null });
    }
    expect((await stored(id))?.outcome?.kind).to.equal('ticketed');
  });

  it('sees everything that is paid and changed while it pages', async () => {
    for (let n = 0; n < 120; n++) await foreign(old(n));
    await stage.control('faults', { latency_ms: 60 });
    const running = sync();
    const late: Simulated[] = [];
    for (let n = 0; n < 15; n++) late.push(await pay({ created_at: old(n * 13) }));
    const answer = await running;
    await stage.control('faults', { latency_ms: 0 });
    expect(answer.state).to.equal('complete');
    const again = await sync();
    expect(again.state).to.equal('complete');
    const ids = [...stage.simulator.account.ledger.payments.values()].map(({ id }) => id);
    expect(await stage.store.payments.countDocuments({ _id: { $in: ids } })).to.equal(ids.length);
    expect(late.length).to.equal(15);
  });

  it('fails honestly when a page in the middle fails, and says so in its record, its answer and the trail', async () => {
    await pay({ created_at: old(0) });
    await stage.control('faults', { fail_page: { path: '/v1/payments', skip: 0 }, status: 500 });
    const answer = await sync();
    expect(answer).to.include({ state: 'failed' });
    expect(answer.error).to.contain('500');
    const doc = await stage.store.sweeps.findById(answer.sweep_id).lean();
    expect(doc).to.include({ state: 'failed', error: answer.error, requested_by: 'admin', kind: 'manual' });
    const trail = await stage.store.activities.find({ subject: `sweep:${answer.sweep_id}` }).lean();
    const actions = trail.map(({ action }) => action);
    expect(actions).to.include.members(['sync.requested', 'sweep.started', 'razorpay.fetch_failed', 'sweep.ended']);
    expect(trail.find(({ action }) => action === 'sweep.ended')?.facts).to.include({ state: 'failed' });
    expect(await schedule(), 'nothing on demand touches the schedule').to.equal(null);
  });

  for (const [what, fault] of [
    ['a rate limit that does not end', { error_rate: 1, status: 429 }],
    ['HTML in place of JSON', { html_rate: 1, html_status: 200 }],
    ['answers that never come', { hang_rate: 1 }],
    ['JSON that ends in the middle', { wrong_json_rate: 1 }],
    ['connections that are cut', { reset_rate: 1 }],
    ['a key that is refused', { error_rate: 1, status: 401 }],
  ] as const)
    it(`fails honestly on ${what}`, async () => {
      await stage.control('faults', fault);
      const answer = await sync();
      await stage.control('faults', { error_rate: 0, html_rate: 0, hang_rate: 0, wrong_json_rate: 0, reset_rate: 0 });
      expect(answer.state).to.equal('failed');
      expect(answer.error).to.be.a('string').and.not.contain('stage');
    });

  it('gets through a rate limit that lets some calls pass', async () => {
    await stage.control('faults', { error_rate: 0.2, status: 429, seed: 7 });
    const answer = await sync({ from: now() - HOUR, to: now() });
    await stage.control('faults', { error_rate: 0, seed: null });
    expect(answer.state).to.equal('complete');
  });

  it('answers what is known by then when time runs out, and goes on', async () => {
    await stage.control('faults', { latency_ms: 300 });
    const answer = await sync({ wait_ms: 50 });
    expect(answer.state).to.equal('running');
    const joined = await sync({ wait_ms: 50 });
    expect(joined.sweep_id, 'an identical request joins').to.equal(answer.sweep_id);
    const other = await sync({ from: now() - 60, to: now(), wait_ms: 50 });
    expect(other.sweep_id).to.not.equal(answer.sweep_id);
    await stage.control('faults', { latency_ms: 0 });
    await until('it has ended', async () => {
      const docs = await stage.store.sweeps.find({ _id: { $in: [answer.sweep_id, other.sweep_id] } }).lean();
      return docs.every(({ state }) => state === 'complete');
    });
  });

  it('brings one payment up to date at the desk, with its order and refunds, whatever else runs', async () => {
    const { id } = await pay({ order_notes: { a: '1' }, created_at: now() - 20 * 86_400 });
    await stage.control(`payments/${id}/refund`, { amount: 500 });
    const answer = await sync({ payment_id: id });
    expect(answer).to.include({ state: 'complete' });
    expect(answer.counts).to.include({ fetched: 1, missing: 1, published: 1, ticketed: 1 });
    const doc = await stored(id);
    expect(doc?.order?.value.notes).to.deep.equal([{ key: 'a', value: '1' }]);
    expect(Object.keys(doc?.refunds ?? {})).to.have.length(1);
    expect(doc?.flags).to.include('partly_refunded');
    const again = await sync({ payment_id: id });
    expect(again.counts).to.include({ published: 0, ticketed: 1 });
    expect(await stage.store.sweeps.findById(again.sweep_id).lean()).to.include({ payment_id: id, kind: 'manual' });
  });

  it('says 404 of a payment that Razorpay does not know, 400 of what is no id, 422 of what is no window', async () => {
    const failure = async (question: Partial<SyncQuestion>) =>
      (await sync(question).catch((error: unknown) => error)) as { code?: number };
    expect((await failure({ payment_id: newId('pay') })).code).to.equal(404);
    expect((await failure({ payment_id: 'pay_../../orders' })).code).to.equal(400);
    expect((await failure({ from: 5 })).code).to.equal(422);
    expect((await failure({ from: now() * 1_000, to: now() * 1_000 })).code).to.equal(422);
  });

  it('answers the live status and the lookup of one payment', async () => {
    const options = { timeoutMs: 10_000, correlationId: 'c-1' };
    const { id } = await pay({ notes: [], order_notes: { b: '2' } });
    const status = await ask(bus, 'ingest.payment-status', { payment_id: id }, options);
    expect(status.payment).to.include({ id, status: 'captured' });
    expect(status.observed_at).to.be.closeTo(now(), MOMENT);
    const { observation } = await ask(bus, 'ingest.lookup', { payment_id: id }, options);
    expect(observation).to.include({ source: 'lookup', payment_id: id, correlation_id: 'c-1' });
    expect(observation.order?.notes).to.deep.equal([{ key: 'b', value: '2' }]);
    const byCode = await pay({ notes: [], qr_code: true, qr_notes: { c: '3' } });
    const { observation: coded } = await ask(bus, 'ingest.lookup', { payment_id: byCode.id }, options);
    expect(coded.qr?.notes).to.deep.equal([{ key: 'c', value: '3' }]);
    const { observation: gone } = await ask(bus, 'ingest.lookup', { payment_id: newId('pay') }, options);
    expect(gone.absent).to.equal(true);
    const unknown = ask(bus, 'ingest.payment-status', { payment_id: newId('pay') }, options);
    expect(((await unknown.catch((error: unknown) => error)) as { code: number }).code).to.equal(404);
    await stage.control('faults', { error_rate: 1, status: 502 });
    const failed = ask(bus, 'ingest.payment-status', { payment_id: id }, options);
    expect(((await failed.catch((error: unknown) => error)) as { code: number }).code).to.equal(502);
    await stage.control('faults', { error_rate: 0 });
  });
});

describe('a sweep without ticketing', () => {
  after(clearStage);

  it('is not complete while what it published is not in the store', async () => {
    const stage = await setStage();
    const bus = stage.bus();
    const ingest = await stage.ingest({}, { stuckAfterMs: 300 });
    const listening = listenIn(stage);
    await until(
      'ingest is ready',
      async () => (await fetch(`http://127.0.0.1:${ingest.opsPort}/readyz`)).ok && bus.ready(),
    );
    const { id } = await stage.control<Simulated>('payments', { amount: 100 });
    const question = { requested_by: 'admin', wait_ms: 20_000 };
    const answer = await until('an answer', () =>
      ask(bus, 'ingest.sync', question, { timeoutMs: 30_000, correlationId: 'c' }).catch(() => null),
    );
    expect(answer.state).to.equal('failed');
    expect(answer.error).to.contain('not stored');
    await until('what was published is on the bus', async () =>
      listening.observations().some(({ payment_id }) => payment_id === id),
    );
  });
});
