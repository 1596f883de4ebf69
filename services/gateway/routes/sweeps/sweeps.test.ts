import { expect } from 'chai';
import type { SweepDoc } from '../../../../shared/store/documents.ts';
import { startTestGateway, type TestGateway } from '../../testing/start.ts';

const sweep = (n: number, more: Partial<SweepDoc> = {}): SweepDoc => ({
  _id: `sweep-${n}`,
  kind: 'scheduled',
  requested_by: null,
  payment_id: null,
  state: 'complete',
  from: 1,
  to: 2,
  started_at: new Date(Date.UTC(2026, 10, 20, 10, n)),
  ended_at: new Date(Date.UTC(2026, 10, 20, 10, n, 30)),
  lease_until: new Date(Date.UTC(2026, 10, 20, 10, n + 1)),
  step: 'done',
  counts: {
    calls: 3,
    pages: 2,
    fetched: 150,
    missing: 1,
    changed: 2,
    published: 3,
    found: 1,
    ticketed: 3,
    held: 0,
    foreign: 0,
    awaiting: 0,
    revoked: 0,
    unreadable: 0,
    pending: 0,
  },
  error: null,
  correlation_id: `sweep-${n}`,
  ...more,
});

describe('sweeps', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
    await gateway.store.sweeps.insertMany([
      sweep(1),
      sweep(2, { state: 'failed', error: 'Razorpay answered 500' }),
      sweep(3, { state: 'running', ended_at: null }),
      sweep(4, { state: 'running', ended_at: null, lease_until: new Date(Date.now() + 60_000) }),
    ]);
  });
  after(() => gateway.stop());

  it('are listed newest first, with what they found', async () => {
    const { body } = await gateway.ask('admin', 'GET', '/api/sweeps');
    expect(body.map((one: { id: string }) => one.id)).to.deep.equal(['sweep-4', 'sweep-3', 'sweep-2', 'sweep-1']);
    expect(body[3]).to.include({ state: 'complete', complete: true, fetched: 150, missing: 1, found: 1 });
    expect(body[2]).to.include({ state: 'failed', complete: false, error: 'Razorpay answered 500' });
  });

  it('whose replica went silent are interrupted, not running for ever', async () => {
    const of = async (id: string) => (await gateway.ask('admin', 'GET', `/api/sweeps/${id}`)).body.state;
    expect(await of('sweep-3')).to.equal('interrupted');
    expect(await of('sweep-4')).to.equal('running');
    expect((await gateway.ask('admin', 'GET', '/api/sweeps/none')).status).to.equal(404);
  });
});
