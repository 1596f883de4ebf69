/** P7 at each step of a sweep and under each fault: it never reports success, says why, and the next one finds everything. */
import { expect } from 'chai';
import { startWorld, student, until, type World } from '../world.ts';
import { type Books, CALL_FAULTS, IMPATIENT, inTime, nowSeconds, quietBooks, WELL } from './books.ts';

const DAY = 86_400;

/** Something happens that only this step can bring; `here`: it has arrived. */
interface Step {
  step: string;
  route: string;
  after?: number;
  happen(): Promise<() => Promise<boolean>>;
}

describe('a sweep while Razorpay fails', () => {
  let world: World;
  let books: Books;
  let code: string;
  before(async function () {
    this.timeout(120_000);
    world = await startWorld({}, { ingest: IMPATIENT });
    books = quietBooks(world);
    await world.api('POST', '/api/events', { name: 'Fest', date: '2026-12-20T18:00:00' });
    const made = await world.razorpay.control<{ id: string }>('/qr_codes', { name: 'Fest' });
    code = made.id;
    await world.api('PUT', '/api/events/1', { razorpay_qr_id: code });
    // The first, scheduled sweep is over, well or not; none else comes in a minute.
    await until(
      () => world.store.sweeps.countDocuments({ state: { $ne: 'running' } }),
      (n) => n > 0,
      'the first sweep',
      60_000,
    );
    await world.store.schedules.updateOne({ _id: 'sweep' }, { $set: { next_at: new Date(Date.now() + 3_600_000) } });
  });
  after(async () => world?.stop());
  afterEach(() => world.razorpay.control('/faults', WELL));

  const sync = (body?: object) => world.api('POST', '/api/payments/sync', body);
  const stored = (id: string) => world.store.payments.findById(id).lean();
  const known = async (facts: Record<string, unknown> = {}) => {
    const id = await books.pay(facts);
    expect((await inTime(() => sync({ payment_id: id }))).status).to.equal(200);
    return id;
  };
  const ticketed = (id: string) => async () => (await stored(id))?.outcome?.kind === 'ticketed';
  const refunded = async () => {
    const id = await known();
    const refund = books.refund(id, 100);
    return async () => (await stored(id))?.refunds?.[refund] !== undefined;
  };
  const disputed = async () => {
    const id = await known();
    const dispute = books.dispute(id);
    return async () => (await stored(id))?.disputes?.[dispute] !== undefined;
  };
  const throughCode = async () => {
    const notes = student();
    const id = await books.pay({ notes: [], qr_code: code, qr_notes: notes });
    return async () => (await stored(id))?.qr?.value.id === code;
  };

  const steps: Step[] = [
    { step: 'its first page', route: '/v1/payments', happen: async () => ticketed(await books.pay()) },
    { step: 'a later page', route: '/v1/payments', after: 1, happen: async () => ticketed(await books.pay()) },
    {
      step: 'a changed payment by its id',
      route: '/v1/payments/:id',
      async happen() {
        const id = await known();
        books.note(id, 'B');
        const isNew = ({ key, value }: { key: string; value: string }) => key === 'section' && value === 'B';
        return async () => (await stored(id))?.payment?.value.notes.some(isNew) === true;
      },
    },
    {
      step: 'an unfinished payment by its id',
      route: '/v1/payments/:id',
      async happen() {
        const id = await known({ status: 'failed', created_at: nowSeconds() - 2 * DAY });
        books.capture(id);
        return ticketed(id);
      },
    },
    { step: 'the refunds', route: '/v1/refunds', happen: refunded },
    { step: 'a refund by its id', route: '/v1/refunds/:id', happen: refunded },
    {
      step: 'an order',
      route: '/v1/orders/:id',
      async happen() {
        const id = await books.pay({ order_notes: { remark: 'from the order' } });
        return async () => (await stored(id))?.order !== undefined;
      },
    },
    { step: 'a QR code', route: '/v1/payments/qr_codes/:id', happen: throughCode },
    { step: 'the payments of a QR code', route: '/v1/payments/qr_codes/:id/payments', happen: throughCode },
    { step: 'the disputes', route: '/v1/disputes', happen: disputed },
    { step: 'a dispute by its id', route: '/v1/disputes/:id', happen: disputed },
  ];

  for (const { step, route, after, happen } of steps)
    it(`fails honestly at ${step}, whatever goes wrong, and converges with the next`, async () => {
      const here = await happen();
      for (const [what, fault] of CALL_FAULTS) {
        const at = { route, ...(after !== undefined && { after }) };
        await world.razorpay.control('/faults', { ...WELL, ...fault, at });
        const { status, body } = await sync();
        expect(status, `${what}: ${JSON.stringify(body)}`).to.equal(502);
        expect(body, what).to.include({ success: false, complete: false, state: 'failed' });
        expect(body.error, what).to.match(/^Razorpay, \w+: /);
        const [listed] = (await world.api('GET', '/api/sweeps?limit=1')).body;
        expect(listed, what).to.include({ id: body.sweep_id, state: 'failed', complete: false, error: body.error });
      }
      await world.razorpay.control('/faults', WELL);
      const { status, body } = await inTime(sync);
      expect([status, body.success, body.error]).to.deep.equal([200, true, null]);
      await until(here, (arrived) => arrived, 'what only this step brings');
    }).timeout(120_000);
});
