import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { expect } from 'chai';
import { follow, listening, type Running, root, startService } from './service-process.ts';
import { startWorld, student, until, type World } from './world.ts';

describe('a service’s process', () => {
  let world: World;
  const running: Running[] = [];
  before(async function () {
    this.timeout(120_000);
    world = await startWorld();
    await world.api('POST', '/api/events', { name: 'Fest', date: '2026-12-20T18:00:00' });
    // The process under test takes its place.
    await world.ticketing.stop();
  });
  after(async () => {
    for (const { child } of running) child.kill('SIGKILL');
    await world?.stop();
  });
  const run = (service: string, env: Record<string, string>) => {
    const one = startService(service, env);
    running.push(one);
    return one;
  };

  for (const [service, names] of Object.entries({
    gateway: ['MONGODB_URI', 'NATS_URL', 'JWT_SECRET', 'ADMIN_PASSWORD', 'TICKET_PUBLIC_KEYS'],
    ingest: ['MONGODB_URI', 'NATS_URL', 'RAZORPAY_KEY_ID', 'RAZORPAY_KEY_SECRET', 'RAZORPAY_WEBHOOK_SECRETS'],
    ticketing: ['MONGODB_URI', 'NATS_URL', 'TICKET_SIGNING_KEY', 'SMTP_HOST', 'MAIL_FROM'],
  }))
    it(`refuses to start and names everything ${service} cannot work without`, async () => {
      const one = run(service, {});
      expect(await one.exit).to.equal(1);
      for (const name of names) expect(one.errors()).to.include(`${name} is missing`);
    });

  it('ends loudly on an error that nobody handled', async () => {
    const code = `
      import { createLogger } from './shared/log/index.ts';
      import { run } from './shared/service/run.ts';
      await run('test', async () => ({ log: createLogger('test', 'info'), stop: async () => undefined }));
      setInterval(() => undefined, 1_000);
      Promise.reject(new Error('nobody handles this'));
    `;
    const one = follow(spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], { cwd: root }));
    running.push(one);
    expect(await one.exit).to.equal(1);
    const fatal = one.lines.find(({ level }) => level === 'fatal');
    expect(fatal?.msg).to.equal('service: an error that nobody handled');
    expect(fatal?.err).to.include({ message: 'nobody handles this' });
  });

  it('waits for a store and a bus that are away, says so, and is not ready meanwhile', async () => {
    const closed: Server = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as { port: number };
    closed.close();
    await once(closed, 'close');
    const one = run('ticketing', {
      ...world.env,
      LOG_LEVEL: 'info',
      MONGODB_URI: `mongodb://127.0.0.1:${port}/none`,
      NATS_URL: `nats://127.0.0.1:${port}`,
    });
    const { ops_port } = await listening(one);
    const answer = await fetch(`http://127.0.0.1:${ops_port}/readyz`);
    expect([answer.status, await answer.json()]).to.deep.equal([503, { status: 'waiting', store: false, bus: false }]);
    expect((await fetch(`http://127.0.0.1:${ops_port}/healthz`)).status).to.equal(200);
    await until(
      () => one.lines.map(({ msg }) => msg),
      (said) =>
        said.includes('store: cannot be reached, waiting for it') && said.includes('bus: cannot connect, trying again'),
      'saying what it waits for',
    );
    one.child.kill('SIGTERM');
    expect(await one.exit).to.equal(0);
  });

  it('ends on SIGTERM within 10 s although the mail server hangs, and keeps the mail', async () => {
    await world.mails.setFaults({ latency_ms: 60_000 });
    const one = run('ticketing', { ...world.env, LOG_LEVEL: 'info' });
    await listening(one);
    const { id } = await world.pay({ notes: student() });
    await until(
      () => world.store.mails.findOne({ payment_id: id }).lean(),
      (mail) => mail?.state === 'sending',
      'a send',
    );
    const asked = performance.now();
    one.child.kill('SIGTERM');
    expect(await one.exit).to.equal(0);
    expect(performance.now() - asked).to.be.below(10_000);
    await world.mails.setFaults({ latency_ms: 0 });
    const mail = await world.store.mails.findOne({ payment_id: id }).lean();
    expect(mail?.state).to.be.oneOf(['sending', 'owed']);
    await world.store.payments.deleteMany({});
    await world.store.mails.deleteMany({});
    world.mails.clear();
  }).timeout(60_000);

  it('drains on SIGTERM within 10 s amid work, and what it leaves the next one finishes', async () => {
    await world.mails.setFaults({ latency_ms: 100 });
    const first = run('ticketing', { ...world.env, LOG_LEVEL: 'info' });
    await listening(first);
    const students = Array.from({ length: 40 }, () => student());
    const paid = await Promise.all(students.map((notes) => world.pay({ notes })));
    const ids = paid.map(({ id }) => id as string);
    await until(
      () => world.store.mails.countDocuments({ state: 'sent' }),
      (sent) => sent > 0,
      'work under way',
    );
    const asked = performance.now();
    first.child.kill('SIGTERM');
    expect(await first.exit).to.equal(0);
    expect(performance.now() - asked).to.be.below(10_000);
    expect(first.lines.map(({ msg }) => msg)).to.include('service: stopped');
    expect(await world.store.mails.countDocuments({ state: 'sending' })).to.equal(0);

    const second = run('ticketing', { ...world.env, LOG_LEVEL: 'info' });
    await until(
      () => world.store.mails.countDocuments({ payment_id: { $in: ids }, state: 'sent' }),
      (sent) => sent === 40,
      'all mailed',
      40_000,
    );
    for (const { email } of students) expect(world.mails.summaries({ to: email }), email).to.have.length(1);
    second.child.kill('SIGTERM');
    expect(await second.exit).to.equal(0);
  }).timeout(90_000);
});
