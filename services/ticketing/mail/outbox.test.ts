/** What an outbox does that has only just started, with mails that rest because of a fault before its start. */
import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { createLogger } from '../../../shared/log/index.ts';
import type { MailDoc } from '../../../shared/store/documents.ts';
import { attendeeDoc, eventDoc } from '../../../test/documents.ts';
import { until } from '../../../test/until.ts';
import { readSender } from '../sender.ts';
import { type Desk, openDesk } from '../test/desk.ts';
import { mailBreaker } from './breaker.ts';
import { claimMail } from './claim.ts';
import { startOutbox } from './outbox.ts';
import { settleMails } from './owe.ts';

const signingKey = generateKeyPairSync('ed25519').privateKey;
const QUARTER_MS = 900_000;

describe('an outbox that has just started', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk();
  });
  after(() => desk?.close());

  const attendees = [1, 2, 3].map((n) =>
    attendeeDoc({
      ...{ _id: n, seat: n, student_key: `R${n}`, payment_id: `pay_${n}` },
      ticket: { ...attendeeDoc().ticket, id: `ticket ${n}` },
    }),
  );
  const mails = () => desk.store.mails.find().sort({ _id: 1 }).lean<MailDoc[]>();
  let rested: Date;
  beforeEach(async () => {
    await desk.lay({ attendees, events: [eventDoc()] });
    const context = { domain: 'example.edu', correlationId: 'c', paidAt: null, corrected: false };
    for (const attendee of attendees) await settleMails(desk.store, attendee, context, new Date(0), true);
    rested = new Date(Date.now() + QUARTER_MS);
    const error = { kind: 'server', text: 'Invalid login: 535', at: new Date(), times: 8 };
    await desk.store.mails.updateMany({}, { $set: { due_at: rested, error } });
  });

  /** Runs an outbox before a mail server that fails by `fault`, until the mails are as they should be. */
  async function run(fault: Error | null, asItShould: (mails: MailDoc[]) => boolean): Promise<MailDoc[]> {
    const transport = {
      async send() {
        if (fault) throw fault;
      },
      close: () => undefined,
    };
    const { store, metrics } = desk.tools();
    const log = createLogger('test', 'silent');
    const breaker = mailBreaker(transport, 60_000, log, metrics);
    const outbox = startOutbox(
      { store, breaker, log, metrics, from: readSender('desk@example.edu'), signingKey, publicUrl: undefined },
      { workers: 2, pace: { perMinute: undefined, perDay: undefined }, open: async () => true },
    );
    try {
      return await until(mails, asItShould, 'the mails');
    } finally {
      await outbox.stop();
      breaker.close();
    }
  }

  it('sends them at once where the server works: the restart may be what mended it', async () => {
    const sent = await run(null, (all) => all.every(({ state }) => state === 'sent'));
    expect(sent).to.have.length(attendees.length);
  });

  it('leaves one to its rest that is refused while others get through', async () => {
    await desk.store.mails.updateOne({ attendee_id: 2 }, { $set: { 'error.alone': 3 } });
    const all = await run(null, (found) => found.filter(({ state }) => state === 'sent').length === 2);
    expect(all[1]).to.deep.include({ attendee_id: 2, state: 'owed', due_at: rested });
  });

  it('probes with the mail that was refused least, whichever is due, and does not wait for its rest to end', async () => {
    await desk.store.mails.updateOne({ attendee_id: 1 }, { $set: { 'error.alone': 1, due_at: new Date(0) } });
    await desk.store.mails.updateOne({ attendee_id: 2 }, { $set: { due_at: new Date(0) } });
    await desk.store.mails.updateOne({ attendee_id: 3 }, { $set: { 'error.times': 7 } });
    const order: (number | undefined)[] = [];
    for (const _ of attendees) order.push((await claimMail(desk.store, { probe: true }))?.mail.attendee_id);
    expect(order).to.deep.equal([3, 2, 1]);
  });

  it('tries one where the server still fails, and leaves the others to rest', async () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNECTION', command: 'CONN' });
    await run(refused, (all) => all.some(({ state, error }) => state === 'owed' && error?.times === 9));
    const all = await mails();
    expect(all.map(({ error }) => error?.times).sort()).to.deep.equal([8, 8, 9]);
    for (const { error, due_at, attempts } of all) {
      expect(attempts).to.equal(0);
      if (error?.times === 8) expect(due_at).to.deep.equal(rested);
    }
  });
});
