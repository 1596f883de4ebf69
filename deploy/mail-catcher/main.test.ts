import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

describe('the mail catcher as a process', function () {
  this.timeout(20_000);
  let folder: string;
  const started: ChildProcess[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mail-catcher-'));
  });

  afterEach(async () => {
    for (const child of started.splice(0)) child.kill('SIGKILL');
    await rm(folder, { recursive: true });
  });

  function start(env: Record<string, string>) {
    const child = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(new URL('./main.ts', import.meta.url))], {
      env: { PATH: process.env.PATH, SMTP_PORT: '0', MAIL_PORT: '0', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    started.push(child);
    return child;
  }

  async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
    const [line] = await once(createInterface({ input: stream }), 'line');
    return line;
  }

  it('says its ports in one line, writes its CA, ends on SIGTERM and keeps the CA over a restart', async () => {
    const tls = join(folder, 'tls');
    const caFile = join(folder, 'deep', 'ca.pem');
    const run = async () => {
      const child = start({ SMTP_CA_FILE: caFile, SMTP_TLS_DIR: tls });
      const ready = JSON.parse(await firstLine(child.stdout));
      expect(ready).to.include({ name: 'mail-catcher' });
      expect(ready.smtp).to.be.greaterThan(0);
      expect((await fetch(`http://127.0.0.1:${ready.http}/healthz`)).status).to.equal(200);
      // A stream held open by an inbox page must not hold up the end.
      await fetch(`http://127.0.0.1:${ready.http}/changes`);
      child.kill('SIGTERM');
      expect(await once(child, 'exit')).to.deep.equal([0, null]);
      return readFile(caFile, 'utf8');
    };
    const ca = await run();
    expect(ca).to.match(/^-----BEGIN CERTIFICATE-----/);
    expect(await run()).to.equal(ca);
    expect((await stat(join(tls, 'server.key'))).mode & 0o777).to.equal(0o600);

    await writeFile(join(tls, 'server.crt'), 'half written');
    expect(await run(), 'a broken folder is made anew').not.to.equal(ca);
  });

  it('refuses a wrong port by name', async () => {
    const child = start({ SMTP_PORT: 'mail' });
    const [line, [code]] = await Promise.all([firstLine(child.stderr), once(child, 'exit')]);
    expect(code).to.equal(1);
    expect(line).to.contain('SMTP_PORT');
  });

  it('says when a port is taken', async () => {
    const first = start({});
    const { http } = JSON.parse(await firstLine(first.stdout));
    const second = start({ MAIL_PORT: String(http) });
    const [line, [code]] = await Promise.all([firstLine(second.stderr), once(second, 'exit')]);
    expect(code).to.equal(1);
    expect(line).to.contain('EADDRINUSE').and.contain(String(http));
  });
});
