/** Recipients whose mails the server refuses, and not for their address: what the others notice of them. */
import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { createMailCatcher, type MailCatcher } from '../../../deploy/mail-catcher/mail-catcher.ts';
import { createLogger } from '../../../shared/log/index.ts';
import type { AttendeeDoc, MailDoc } from '../../../shared/store/documents.ts';
import { attendeeDoc, eventDoc } from '../../../test/documents.ts';
import { until } from '../../../test/until.ts';
import { readSender } from '../sender.ts';
import { type Desk, openDesk } from '../test/desk.ts';
import { type MailBreaker, mailBreaker } from './breaker.ts';
import { type Outbox, startOutbox } from './outbox.ts';
import { mailKey, settleMails } from './owe.ts';
import { isRefusedAlone, timesRefusedAlone } from './refused.ts';
import { smtpTransport } from './transport.ts';

const signingKey = generateKeyPairSync('ed25519').privateKey;
const context = { domain: 'example.edu', correlationId: 'c', paidAt: null, corrected: false };
/** As many as it takes to open the breaker. */
const REFUSED = 5;
/** Each of them is to be refused three times, others having got through in between, and one at least is in each round. */
const ROUNDS = 4 * REFUSED;
const RESET_MS = 20;

const student = (n: number, who: string): AttendeeDoc =>
  attendeeDoc({
    ...{ _id: n, seat: n, student_key: `R${n}`, payment_id: `pay_${n}`, email: `${who}${n}@example.edu` },
    ticket: { ...attendeeDoc().ticket, id: `ticket ${n}` },
  });

describe('recipients that the mail server refuses for good', () => {
  const full = Array.from({ length: REFUSED }, (_, n) => student(n + 1, 'full'));
  const good = Array.from({ length: ROUNDS + 2 }, (_, n) => student(REFUSED + n + 1, 'good'));
  let desk: Desk;
  let catcher: MailCatcher;
  let breaker: MailBreaker;
  let outbox: Outbox;
  let stop = async () => undefined as unknown;
  const said: string[] = [];
  /** How often the server had been probed when it took the last mail. */
  let probedAtLast = 0;
  before(async () => {
    [desk, catcher] = await Promise.all([openDesk(), createMailCatcher()]);
    await catcher.setFaults({ full_mailboxes: full.map(({ email }) => String(email)) });
    catcher.atSmtpStep(async (step) => {
      if (step === 'kept') probedAtLast = probes();
    });
    await desk.lay({ attendees: [...full, ...good], events: [eventDoc()] });
    const { store, metrics } = desk.tools();
    const log = createLogger('test', 'info', false, { write: (line) => said.push(line) });
    const { smtpPort: port, ca, credentials } = catcher;
    const transport = smtpTransport({ host: 'localhost', port, ca, connections: 2, ...credentials });
    breaker = mailBreaker(transport, RESET_MS, log, metrics);
    outbox = startOutbox(
      { store, breaker, log, metrics, from: readSender('desk@example.edu'), signingKey, publicUrl: undefined },
      { workers: 2, pace: { perMinute: undefined, perDay: undefined }, open: async () => true },
    );
    stop = async () => {
      await outbox.stop();
      breaker.close();
      transport.close();
    };
  });
  after(async () => {
    await stop();
    await Promise.all([desk?.close(), catcher?.close()]);
  });

  const times = (words: string) => said.filter((line) => line.includes(words)).length;
  const opened = () => times('the mail server fails, pausing');
  const probes = () => times('trying the mail server again with one mail');
  const owe = (attendee: AttendeeDoc) => settleMails(desk.store, attendee, context, new Date(), true);
  const refused = () => desk.store.mails.find({ attendee_id: { $in: full.map(({ _id }) => _id) } }).lean<MailDoc[]>();
  const endTheirRests = () =>
    desk.store.mails.updateMany({ state: 'owed', 'error.kind': 'server' }, { $set: { due_at: new Date(0) } });

  /** A student pays while the rests of those that were refused are over. @returns how often the server was probed until it took the mail */
  async function goesOut(attendee: AttendeeDoc): Promise<number> {
    await endTheirRests();
    await owe(attendee);
    const before = probes();
    outbox.kick();
    await until(
      () => desk.store.mails.findById(mailKey(attendee._id, 'ticket', 1)).lean<MailDoc>(),
      (mail) => mail?.state === 'sent',
      'the ticket',
    );
    return probedAtLast - before;
  }

  it('keep no other student waiting, and the breaker comes to rest', async () => {
    for (const attendee of full) await owe(attendee);
    outbox.kick();
    await until(opened, (count) => count > 0, 'nobody can know yet whose fault it is');

    let last = opened();
    for (const attendee of good.slice(0, ROUNDS)) {
      // Two may be under way.
      expect(await goesOut(attendee), 'the next probe is for who was not refused yet').to.be.at.most(3);
      last = opened();
    }
    await goesOut(good[ROUNDS] as AttendeeDoc);
    expect(opened(), 'by now it is plain whose fault it is').to.equal(last);

    // Their rests are over once more, and each is tried.
    const before = new Map((await refused()).map(({ _id, error }) => [_id, error?.times ?? 0]));
    await goesOut(good[ROUNDS + 1] as AttendeeDoc);
    const tried = await until(
      refused,
      (all) => all.every(({ _id, error }) => (error?.times ?? 0) > (before.get(_id) ?? 0)),
      'each is tried again',
    );
    expect(opened()).to.equal(last);
    expect(breaker.room(2)).to.equal(2);
    for (const { state, attempts } of tried) expect({ state, attempts }).to.deep.equal({ state: 'owed', attempts: 0 });
  });
});

describe('a mail is refused alone', () => {
  let desk: Desk;
  before(async () => {
    desk = await openDesk();
    await desk.lay({});
    await settleMails(desk.store, student(1, 'good'), context, new Date(), true);
  });
  after(() => desk?.close());

  const full = Object.assign(new Error('no'), { responseCode: 552, response: '552 5.2.2 full', command: 'RCPT TO' });
  const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNECTION', command: 'CONN' });
  const otherSent = (sent_at: Date) => desk.store.mails.updateOne({}, { $set: { sent_at } });
  const [earlier, now] = [new Date(Date.now() - 1_000), new Date()];
  const by = (alone: number) =>
    ({ error: { kind: 'server', text: '', at: now, times: 9, ...(alone > 0 && { alone }) } }) as MailDoc;

  it('from the third time on', () => {
    expect(
      [null, 0, 1, 2, 3, 4].map((alone) => isRefusedAlone(alone === null ? { error: null } : by(alone))),
    ).to.deep.equal([false, false, false, false, true, true]);
  });

  it('each time that others got through since the last, and the first', async () => {
    await otherSent(earlier);
    expect(await timesRefusedAlone(desk.store, { error: null } as MailDoc, full), 'the first').to.equal(1);
    expect(await timesRefusedAlone(desk.store, by(0), full), 'after other faults').to.equal(1);
    expect(await timesRefusedAlone(desk.store, by(1), full), 'it may be a quota').to.equal(1);
    await otherSent(new Date(now.getTime() + 1));
    expect(await timesRefusedAlone(desk.store, by(1), full)).to.equal(2);
    expect(await timesRefusedAlone(desk.store, by(2), away), 'what any mail would have met').to.equal(2);
    expect(await timesRefusedAlone(desk.store, { error: null } as MailDoc, away)).to.equal(0);
  });
});
