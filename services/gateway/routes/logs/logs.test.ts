import { expect } from 'chai';
import { record } from '../../../../shared/audit/index.ts';
import { type Answer, startTestGateway, type TestGateway } from '../../testing/start.ts';

const FIRST = new Date('2026-11-20T10:00:00Z');

describe('the audit trail', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
    for (let i = 0; i < 12; i++)
      await record(
        gateway.store,
        [
          {
            id: `entry-${i}`,
            action: i % 2 === 0 ? 'mail.sent' : 'mail.failed',
            actor: 'ticketing',
            subject: `mail:${i}`,
            payment_id: i < 3 ? 'pay_00000000000001' : null,
            event_id: 7,
            correlation_id: i < 6 ? 'one' : 'two',
          },
        ],
        // Three at a time at the same moment.
        new Date(FIRST.getTime() + Math.floor(i / 3) * 1_000),
      );
  });
  after(() => gateway.stop());

  const list = async (query: string) => {
    const { status, body } = await gateway.ask('admin', 'GET', `/api/admin/logs?event_id=7&${query}`);
    expect(status, JSON.stringify(body)).to.equal(200);
    return body.map((entry: { id: string }) => Number(entry.id.slice('entry-'.length)));
  };

  it('is read newest first', async () => {
    const { body } = await gateway.ask('admin', 'GET', '/api/admin/logs?event_id=7');
    expect(body).to.have.length(12);
    const times = body.map((entry: { at: string }) => entry.at);
    expect(times).to.deep.equal([...times].sort().reverse());
  });

  it('is filtered by action, subject, actor, payment, correlation id and time', async () => {
    expect(await list('action=mail.failed')).to.have.members([1, 3, 5, 7, 9, 11]);
    expect(await list('subject=mail:4')).to.deep.equal([4]);
    expect(await list('actor=nobody')).to.deep.equal([]);
    expect(await list('payment_id=pay_00000000000001')).to.have.members([0, 1, 2]);
    expect(await list('correlation_id=two')).to.have.members([6, 7, 8, 9, 10, 11]);
    expect(await list('from=2026-11-20T10:00:01Z&to=2026-11-20T10:00:02Z')).to.have.members([3, 4, 5]);
    expect(await list(`from=${FIRST.getTime() / 1_000 + 3}`)).to.have.members([9, 10, 11]);
  });

  it('is walked page by page, each entry once, with its filter kept', async () => {
    const met: string[] = [];
    let path: string | undefined = '/api/admin/logs?event_id=7&action=mail.sent&limit=2';
    while (path !== undefined) {
      const answer: Answer = await gateway.ask('admin', 'GET', path);
      met.push(...answer.body.map((entry: { id: string }) => entry.id));
      path = /^<([^>]+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
    }
    expect(met).to.have.length(6);
    expect(new Set(met).size).to.equal(6);
  });
});
