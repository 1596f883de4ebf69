/** P5 while the mail server is down, slow, limits us or refuses single mails: what the desk sees, and how it heals. */
import { expect } from 'chai';
import { noFaults } from '../../deploy/mail-catcher/faults.ts';
import { student, until } from '../world.ts';
import { measured } from './metrics.ts';
import { BREAKER, type Outbox, startOutbox } from './outbox.ts';

const STUDENTS = 12;

describe('a mail server that fails', () => {
  let outbox: Outbox;
  before(async function () {
    this.timeout(120_000);
    outbox = await startOutbox(STUDENTS);
  });
  after(async () => outbox?.world.stop());
  afterEach(() => outbox.world.mails.setFaults(noFaults));

  const tries = (result: string) =>
    measured(outbox.world.ticketing.opsPort, 'qrflow_mail_attempts_total', `result="${result}"`);
  const due = () =>
    outbox.world.store.mails.updateMany(
      { payment_id: { $in: outbox.paid }, state: 'owed' },
      { $set: { due_at: new Date() } },
    );

  it('down: the breaker opens, tries with one mail, stays open, and closes; meanwhile tickets are made', async () => {
    const { world } = outbox;
    // A breaker that has just seen good times needs more failures to open.
    await world.restart.ticketing();
    await world.mails.setFaults({ down: true });
    await outbox.oweAll();
    await until(outbox.breaker, (state) => state === BREAKER.open, 'open', 30_000);
    const opened = await tries('server');
    await until(
      () => tries('server'),
      (now) => now >= opened + 2,
      'single mails try it again',
      30_000,
    );
    const waiting = await outbox.mails();
    expect(waiting.map(({ attempts, unconfirmed }) => attempts + unconfirmed)).to.deep.equal(waiting.map(() => 0));
    // Paid amid the outage: the ticket is there, and opens the door; only its mail is late.
    const { id } = await world.pay({ notes: student() });
    await world.settled(id, 'ticketed');
    const late = await until(
      () => outbox.seen(id),
      ({ state }) => state === 'owed',
      'not the one that is tried at the moment',
    );
    expect(late.attempts).to.equal(0);
    const ready = await fetch(`http://127.0.0.1:${world.ticketing.opsPort}/readyz`);
    expect(ready.status, 'no reason to take ticketing out of service').to.equal(200);
    await world.mails.setFaults({ down: false });
    await until(
      () => outbox.seen(id),
      ({ state }) => state === 'sent',
      'the late one sent',
      30_000,
    );
    await until(outbox.breaker, (state) => state === BREAKER.closed, 'closed');
    const sent = await until(outbox.mails, (mails) => mails.every(({ state }) => state === 'sent'), 'all', 30_000);
    for (const { attempts, unconfirmed } of sent) expect(attempts + unconfirmed).to.equal(0);
    expect(world.mails.summaries(), 'each once').to.have.length(STUDENTS + 1);
  }).timeout(120_000);

  it('4xx for each mail: they rest one by one, shown with the reason, and the breaker stays closed', async () => {
    await until(outbox.breaker, (state) => state === BREAKER.closed, 'closed');
    await outbox.world.mails.setFaults({ temporary_rate: 1 });
    await outbox.oweAll();
    const resting = await until(
      outbox.mails,
      (mails) => mails.every(({ attempts }) => attempts === 1),
      'each tried',
      30_000,
    );
    for (const { state, error } of resting) {
      expect(state).to.equal('owed');
      expect(error).to.include({ kind: 'temporary', times: 1 });
    }
    const view = await outbox.seen(outbox.paid[0] ?? '');
    expect(view).to.include({ state: 'owed', attempts: 1 });
    expect(view.error).to.match(/^451 4\.3\.0/);
    expect(Date.parse(view.due_at), 'and when it is tried again').to.be.above(Date.now() - 60_000);
    expect(await outbox.breaker()).to.equal(BREAKER.closed);
    await outbox.world.mails.setFaults({ temporary_rate: 0 });
    await due();
    await outbox.allSent();
  }).timeout(90_000);

  it('5xx for one address: only that mail fails, at once and with the reason, and goes out to a corrected address', async () => {
    const { world } = outbox;
    const [bad = ''] = outbox.paid;
    const attendee = await world.store.attendees.findOne({ payment_id: bad }).lean();
    const email = String(attendee?.email);
    await world.mails.setFaults({ permanent_addresses: [email] });
    await outbox.oweAll();
    const failed = await until(
      () => outbox.seen(bad),
      ({ state }) => state === 'failed',
      'failed',
      30_000,
    );
    expect(failed.error).to.match(/^550 5\.1\.1/);
    expect(failed.error, 'without the address').to.not.contain('@');
    await until(
      outbox.mails,
      (mails) => mails.filter(({ state }) => state === 'sent').length === STUDENTS - 1,
      'all others sent',
      30_000,
    );
    expect(await outbox.breaker()).to.equal(BREAKER.closed);
    await world.api('PUT', `/api/payments/${bad}`, { details: { email: `corrected.${email}` } });
    await outbox.allSent();
    expect(world.mails.summaries({ to: `corrected.${email}` })).to.have.length(1);
  }).timeout(90_000);

  it('5xx for many addresses: all are shown, and the breaker leaves the server to the others', async () => {
    const { world } = outbox;
    const attendees = await world.store.attendees.find({ payment_id: { $in: outbox.paid } }).lean();
    const bad = attendees.slice(1);
    await world.mails.setFaults({ permanent_addresses: bad.map(({ email }) => String(email)) });
    await outbox.oweAll();
    await until(
      outbox.mails,
      (mails) => mails.filter(({ state }) => state === 'failed').length === bad.length,
      'all bad ones failed',
      30_000,
    );
    await until(
      outbox.mails,
      (mails) => mails.filter(({ state }) => state === 'sent').length === 1,
      'the good one sent',
      30_000,
    );
    expect(await outbox.breaker()).to.equal(BREAKER.closed);
  }).timeout(90_000);

  it('cuts the connection after the mail: nobody knows, so it rests long, is counted, and goes out once', async () => {
    const { world } = outbox;
    await world.mails.setFaults({ at: { stage: 'end', how: 'drop' } });
    await outbox.oweAll();
    const maybe = await until(
      outbox.mails,
      (mails) => mails.some(({ unconfirmed }) => unconfirmed === 1),
      'an unconfirmed one',
      30_000,
    );
    const one = maybe.find(({ unconfirmed }) => unconfirmed === 1);
    expect(one?.due_at.getTime()).to.be.above(Date.now() + 600_000);
    const view = await outbox.seen(one?.payment_id ?? '');
    expect(view).to.include({ state: 'owed' });
    expect(view.error).to.contain('did not say whether it keeps it');
    await world.mails.setFaults({ at: null });
    // Those the breaker spared go out now; of the others, once their rest is over.
    await until(
      outbox.mails,
      (mails) => mails.every(({ state, unconfirmed }) => state === 'sent' || unconfirmed > 0),
      'what was not tried is sent',
      30_000,
    );
    await due();
    await outbox.allSent();
  }).timeout(120_000);

  it('cuts the connection amid the mail: none is failed, and each goes out once', async () => {
    const { world } = outbox;
    await world.mails.setFaults({ at: { stage: 'body', how: 'drop' } });
    await outbox.oweAll();
    const tried = (mails: Awaited<ReturnType<Outbox['mails']>>) => mails.filter(({ error }) => error !== null);
    const cut = tried(await until(outbox.mails, (mails) => tried(mails).length >= 5, 'some cut', 30_000));
    // Whether we had written all of it by then is a matter of buffers.
    for (const { state, error } of cut) {
      expect(state).to.be.oneOf(['owed', 'sending']);
      expect(error?.kind).to.be.oneOf(['server', 'unconfirmed']);
    }
    await world.mails.setFaults({ at: null });
    await until(
      async () => {
        await due();
        return outbox.mails();
      },
      (mails) => mails.every(({ state }) => state === 'sent'),
      'each goes out',
      60_000,
    );
    await outbox.allSent();
  }).timeout(120_000);

  it('slow by 50 ms a mail: all go out, one each', async () => {
    await outbox.world.mails.setFaults({ latency_ms: 50 });
    await outbox.oweAll();
    for (const { attempts, unconfirmed } of await outbox.allSent()) expect(attempts + unconfirmed).to.equal(0);
  }).timeout(90_000);

  it('slow by 5 s a mail: the desk sees them on their way, and they go out, one each', async () => {
    await outbox.world.mails.setFaults({ latency_ms: 5_000 });
    const slow = outbox.paid.slice(0, 4);
    await outbox.oweAll(slow);
    await until(
      () => outbox.seen(slow[0] ?? ''),
      ({ state }) => state === 'sending',
      'sending',
    );
    for (const { attempts, unconfirmed } of await outbox.allSent(slow)) expect(attempts + unconfirmed).to.equal(0);
    expect(await outbox.breaker()).to.equal(BREAKER.closed);
  }).timeout(90_000);
});
