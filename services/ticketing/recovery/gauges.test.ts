/** What the gauges say of mails and payments that wait: alerts hang on it. */
import { expect } from 'chai';
import type { MailDoc } from '../../../shared/store/documents.ts';
import { paymentDoc } from '../../../test/documents.ts';
import { type Desk, openDesk } from '../test/desk.ts';
import { countBacklog } from './gauges.ts';

const HOUR_S = 3_600;

describe('the gauges', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk();
  });
  after(() => desk?.close());
  beforeEach(() => desk.lay({}));

  const fault = (kind: string) => ({ kind, text: 'no', at: new Date(), times: 1 });
  let mails = 0;
  /** A mail that has been there for so many hours. */
  const mail = (hours: number, change: Partial<MailDoc> = {}) =>
    desk.store.mails.collection.insertOne({
      ...{ _id: `${++mails}:ticket:1`, state: 'owed', attempts: 0, error: null, due_at: new Date() },
      ...{ created_at: new Date(Date.now() - hours * HOUR_S * 1_000), ...change },
    } as never);
  async function counted() {
    const tools = desk.tools();
    const { metrics } = tools;
    await countBacklog(tools);
    const [owed, pending, putOff] = await Promise.all(
      [metrics.mailsOwedAge, metrics.pendingAge, metrics.mailsPutOff].map(async (gauge) => (await gauge.get()).values),
    );
    const hours = (seconds: number | undefined) => Math.round((seconds ?? 0) / HOUR_S);
    return {
      owed: hours(owed?.[0]?.value),
      pending: hours(pending?.[0]?.value),
      putOff: Object.fromEntries(putOff?.map(({ labels, value }) => [labels.kind, value]) ?? []),
    };
  }

  it('do not call the mail server slow for mails that wait because of whom they are for', async () => {
    await mail(50, { error: fault('temporary'), attempts: 9 });
    await mail(5, { error: fault('unconfirmed'), attempts: 1 });
    await mail(6, { error: { ...fault('server'), alone: 3 } });
    expect((await counted()).owed).to.equal(0);
    await mail(2, { error: fault('server') });
    expect((await counted()).owed).to.equal(2);
    await mail(3);
    expect((await counted()).owed).to.equal(3);
    await mail(4, { state: 'sending', lease: { token: 't', until: new Date(Date.now() + HOUR_S * 1_000) } });
    expect((await counted()).owed, 'one whose lease never ends').to.equal(4);
  });

  it('count those, once greylisting would be over: many at once are no full mailboxes', async () => {
    expect((await counted()).putOff).to.deep.equal({ temporary: 0, unconfirmed: 0, refused: 0 });
    await mail(1, { error: fault('temporary'), attempts: 4 });
    await mail(1, { error: fault('temporary'), attempts: 5 });
    await mail(1, { error: fault('unconfirmed'), attempts: 1 });
    await mail(1, { error: fault('temporary'), attempts: 11, state: 'failed' });
    await mail(1, { error: { ...fault('server'), alone: 2 } });
    await mail(1, { error: { ...fault('server'), alone: 3 } });
    expect((await counted()).putOff).to.deep.equal({ temporary: 1, unconfirmed: 1, refused: 1 });
  });

  it('show what a clock that was ahead left in the future', async () => {
    await mail(-3);
    await desk.store.payments.collection.insertOne(
      paymentDoc({}, { pending_since: new Date(Date.now() + 2 * HOUR_S * 1_000) }) as never,
    );
    expect(await counted()).to.include({ owed: 3, pending: 2 });
  });
});
