/** P5 while the mail server dies or refuses at each step of the session: nothing is dropped, no attempt burnt, none twice. */
import { expect } from 'chai';
import type { FaultsPatch } from '../../deploy/mail-catcher/faults.ts';
import type { Stage } from '../../deploy/mail-catcher/stages.ts';
import { until } from '../world.ts';
import { BREAKER, type Outbox, startOutbox } from './outbox.ts';

const STUDENTS = 6;

describe('a mail server that fails at one step of the session', () => {
  let outbox: Outbox;
  before(async function () {
    this.timeout(120_000);
    outbox = await startOutbox(STUDENTS);
  });
  after(async () => outbox?.world.stop());
  afterEach(() => outbox.world.mails.setFaults({ at: null, no_starttls: false, reject_auth: false, quota: false }));

  /** Nobody's mail is at fault: all wait behind the breaker, and go out by themselves once the server is well. */
  async function survives(fault: FaultsPatch, shown: RegExp) {
    const { world } = outbox;
    // Connections that are signed in already would not notice, and a breaker that has seen good times opens later.
    await world.restart.ticketing();
    await world.mails.setFaults(fault);
    await outbox.oweAll();
    await until(outbox.breaker, (state) => state === BREAKER.open, 'the breaker opens', 30_000);
    const failing = await until(
      outbox.mails,
      (mails) => mails.some(({ error }) => error?.kind === 'server'),
      'a fault of the server',
    );
    for (const { attempts, unconfirmed, state } of failing) {
      expect({ attempts, unconfirmed }).to.deep.equal({ attempts: 0, unconfirmed: 0 });
      expect(state).to.be.oneOf(['owed', 'sending']);
    }
    const refused = failing.find(({ error }) => error)?.payment_id ?? '';
    const view = await outbox.seen(refused);
    expect(view.state).to.be.oneOf(['owed', 'sending']);
    expect(view.attempts).to.equal(0);
    expect(view.error).to.match(shown);
    expect(world.mails.summaries(), 'nothing got through').to.have.length(0);
    // As after an outage of hours: nobody should wait out such a rest.
    await world.store.mails.updateMany(
      { state: 'owed', 'error.kind': 'server' },
      { $set: { due_at: new Date(Date.now() + 900_000) } },
    );
    await world.mails.setFaults({ at: null, no_starttls: false, reject_auth: false, quota: false });
    for (const { attempts, unconfirmed, error } of await outbox.allSent())
      expect({ attempts, unconfirmed, error }).to.deep.equal({ attempts: 0, unconfirmed: 0, error: null });
    await until(outbox.breaker, (state) => state === BREAKER.closed, 'the breaker closes');
  }

  const drops: Stage[] = ['greeting', 'TLS', 'AUTH', 'DATA'];
  for (const stage of drops)
    it(`drops no mail when it cuts every connection at ${stage}`, () =>
      survives({ at: { stage, how: 'drop' } }, /clos|disconnect|ECONN|socket|TLS|hang up/i)).timeout(60_000);

  const refusals: [Stage, string][] = [
    ['greeting', '450 4.3.2 Come back later'],
    ['STARTTLS', '454 4.7.0 TLS not available for now'],
    ['AUTH', '535 5.7.8 Wrong user or password'],
    ['MAIL', '452 4.3.1 No room on the disk'],
    ['RCPT', '550 5.4.5 Daily user sending limit exceeded'],
    ['end', '554 5.7.1 Refused as spam'],
  ];
  for (const [stage, how] of refusals)
    it(`fails no mail and burns no attempt when it answers ${stage} with ${how}`, () =>
      survives({ at: { stage, how } }, new RegExp(how.slice(0, 3)))).timeout(60_000);

  it('never hands over a mail or a password in the clear when it offers no STARTTLS', async () => {
    const before = outbox.world.mails.stats.commands_in_clear;
    await survives({ no_starttls: true }, /STARTTLS/i);
    expect(outbox.world.mails.stats.commands_in_clear).to.equal(before);
  }).timeout(60_000);
});
