import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { ROUTES } from '../../../services/gateway/routes/index.ts';
import { scaled } from '../../profile.ts';
import { type Json, startWorld, until, type World } from '../../world.ts';
import { run, schemathesis } from './schemathesis.ts';

const seed = Number.parseInt(process.env.TEST_SEED ?? '1', 36) % 1_000_000;
const PASSWORD = randomBytes(12).toString('hex');
/**
 * What may end the session of whoever asks; it learns their id from the list of users. Each has a session of its own to
 * end, for everything after that would be tried signed out.
 */
const ENDS_SESSIONS = [['logout'], ['changeUser', 'disableUser']];
/** Not one that anybody guesses: schemathesis changes the users it can name, their passwords too. */
const FAR_ID = 987_654_320;

describe('the gateway, under every request that its own description suggests', () => {
  let world: World;
  let tool: Awaited<ReturnType<typeof schemathesis>>;
  before(async function () {
    this.timeout(240_000);
    tool = await schemathesis();
    if ('missing' in tool) {
      const why = `schemathesis cannot be had here: ${tool.missing}`;
      if (process.env.CI) throw new Error(why);
      console.log(`${why}; skipped`);
      return this.skip();
    }
    world = await startWorld();
    await world.api('POST', '/api/events', { name: 'Fest', date: '2026-12-20T18:00:00', price: 29_900 });
    const paid = await Promise.all(
      [{}, { amount: 100 }, { notes: { product: 'T-shirt' } }].map((one) => world.pay(one)),
    );
    for (const { id } of paid) await world.payment(id, ({ pending, outcome }) => !pending && outcome !== undefined);
  });
  after(async () => world?.stop());

  /** A token of an administrator of its own, which nothing that is tried signs out. */
  async function freshToken(): Promise<string> {
    const { counters } = world.store;
    const before = (await counters.findById('users').lean())?.n ?? 1;
    await counters.updateOne({ _id: 'users' }, { $set: { n: FAR_ID + Math.floor(Math.random() * 10_000) } });
    const username = `tester-${randomBytes(4).toString('hex')}`;
    const made = await world.api('POST', '/api/admin/users', { username, password: PASSWORD, role: 'admin' });
    await counters.updateOne({ _id: 'users' }, { $set: { n: before } });
    expect(made.status).to.equal(200);
    const answer = await fetch(`http://127.0.0.1:${world.gateway.port}/api/auth/login`, {
      method: 'POST',
      body: new URLSearchParams({ username, password: PASSWORD }),
    });
    return ((await answer.json()) as Json).access_token;
  }

  it('answers as described, never with a fault of ours, and tells nothing of its insides', async function () {
    if ('missing' in tool) return this.skip();
    const url = `http://127.0.0.1:${world.gateway.port}`;
    // Before anybody is disabled.
    const token = await freshToken();
    const settings = { url, seed, examples: scaled({ quick: 5, long: 200 }) };
    for (const ids of ENDS_SESSIONS) {
      const only = ids.flatMap((id) => ['--include-operation-id', id]);
      const { ok, said } = await run(tool, { ...settings, token: await freshToken(), only });
      expect(ok, said).to.equal(true);
    }
    const only = ENDS_SESSIONS.flat().flatMap((id) => ['--exclude-operation-id', id]);
    const { ok, said, all } = await run(tool, { ...settings, token, only });
    expect(ok, said).to.equal(true);
    expect(all, 'tried signed in').to.not.match(/returned only 401/);
    // The description itself it reads.
    expect(all).to.match(new RegExp(`Tested: +${ROUTES.length - 1 - ENDS_SESSIONS.flat().length}\\b`));

    // After all that a student who pays still gets the ticket.
    const { id } = await world.pay();
    await until(
      () => world.store.payments.findById(id).lean(),
      (found) => found !== null && !found.pending && found.outcome !== undefined,
      'a payment after it',
    );
  }).timeout(600_000);
});
