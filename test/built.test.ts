import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'chai';
import { productionArgs } from '../bench/code.ts';
import { follow, listening, programFolder, type Running, root } from './service-process.ts';
import { startWorld, until, WEBHOOK_SECRET, type World } from './world.ts';

const SERVICES = ['gateway', 'ingest', 'ticketing'] as const;

describe('the services as they are built', () => {
  let world: World;
  const running: Running[] = [];
  const at = {} as Record<(typeof SERVICES)[number], { port?: number; ops_port: number }>;
  before(async function () {
    this.timeout(120_000);
    world = await startWorld();
    await Promise.all([world.gateway.stop(), world.ingest.stop(), world.ticketing.stop()]);
    const folder = await programFolder();
    const build = spawn(process.execPath, ['deploy/build.mjs', join(folder, 'dist')], {
      cwd: root,
      stdio: 'inherit',
    });
    expect(await once(build, 'exit')).to.deep.equal([0, null]);
    for (const name of SERVICES) {
      const program = `services/${name}/main`;
      const child = spawn(process.execPath, [...productionArgs(program), join(folder, `dist/${program}.js`)], {
        cwd: folder,
        env: { PATH: process.env.PATH ?? '', ...world.env, LOG_LEVEL: 'info' },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      const one = follow(child);
      running.push(one);
      at[name] = await listening(one);
    }
    world.gateway.port = at.gateway.port as number;
    const url = `http://127.0.0.1:${at.ingest.port}/webhooks/razorpay`;
    await world.razorpay.control('/webhooks', { url, secret: WEBHOOK_SECRET });
  });
  after(async () => {
    for (const { child } of running) child.kill('SIGKILL');
    await world?.stop();
  });

  it('bring a payment to its ticket’s mail, and find what lies beside their files', async () => {
    await world.api('POST', '/api/events', { name: 'Fest', date: '2026-12-20T18:00:00' });
    await world.settled((await world.pay()).id, 'ticketed');
    const [mail] = await until(
      () => world.mails.summaries(),
      (mails) => mails.length === 1,
      'the mail',
    );
    expect(mail?.subject).to.include('Fest');
    const page = await fetch(`http://127.0.0.1:${at.gateway.port}/login`);
    expect(page.status).to.equal(200);
    const [, asset] = /(?:href|src)="([^"]+\.(?:css|js)[^"]*)"/.exec(await page.text()) ?? [];
    expect((await fetch(`http://127.0.0.1:${at.gateway.port}${asset}`)).status, asset).to.equal(200);

    for (const { lines, errors } of running) {
      expect(lines.filter(({ level }) => level === 'error' || level === 'fatal')).to.deep.equal([]);
      expect(errors()).to.equal('');
    }
  });
});
