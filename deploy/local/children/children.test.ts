import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { until } from '../../../test/until.ts';
import { type Child, ChildNotStarted, spawnChild } from './child.ts';
import { identify, isRunning, type ProcessIdentity, parseIdentity } from './identity.ts';
import { Locked, takeLock, waitForLock } from './lock.ts';
import { endGroup } from './process-group.ts';
import { endStale } from './stale.ts';

const sleeper = { command: 'sleep', args: ['300'] };
// Says "ready" once its trap is set, then refuses SIGTERM.
const stubborn = { command: '/bin/sh', args: ['-c', 'trap "" TERM; echo ready; while :; do sleep 1; done'] };

function identityOf(pid: number): ProcessIdentity {
  const identity = identify(pid);
  if (identity === null) throw new Error(`No process ${pid}`);
  return identity;
}

describe('owned child processes', () => {
  let folder: string;
  let open: { kill(): unknown }[];

  const own = async (options: Partial<Parameters<typeof spawnChild>[0]> = {}): Promise<Child> => {
    const child = await spawnChild({ name: 'sleeper', ...sleeper, ...options });
    open.push(child);
    return child;
  };

  // A parent of its own, which owns a child, says which (it may be gone when we look), and does `then` before it says "go".
  const parentOf = async (child: { command: string; args: string[] }, then: string) => {
    const code = `
      import { spawnChild } from ${JSON.stringify(new URL('./child.ts', import.meta.url).href)};
      import { identify } from ${JSON.stringify(new URL('./identity.ts', import.meta.url).href)};
      const lines = process.argv[1];
      await new Promise((ready, failed) => spawnChild({ name: 'c', ...JSON.parse(lines), onLine: ready }).then(
        (child) => { console.log(JSON.stringify(identify(child.pid))); if (!lines.includes('ready')) ready(); }, failed));
      ${then};
      console.log('go');`;
    const args = ['--import', 'tsx', '--input-type=module', '-e', code, JSON.stringify(child)];
    const parent: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
    open.push({ kill: () => parent.kill('SIGKILL') });
    let out = '';
    parent.stdout?.on('data', (chunk) => {
      out += chunk;
    });
    await until(() => out.includes('go'), Boolean, 'the parent starts its child');
    const identity = parseIdentity(out.split('\n')[0] ?? '');
    if (identity === null) throw new Error(`No identity in ${out}`);
    open.push({ kill: () => endGroup(identity, 0) });
    return { parent, identity };
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'qrflow-children-'));
    open = [];
  });
  afterEach(async () => {
    for (const each of open) await each.kill();
    rmSync(folder, { recursive: true });
  });

  const forever = 'setInterval(() => {}, 1000)';

  it('end when their parent is killed with SIGKILL', async () => {
    const { parent, identity } = await parentOf(sleeper, forever);
    parent.kill('SIGKILL');
    await until(() => !isRunning(identity), Boolean, 'the child ends');
  });

  it('end when the process group of their parent is killed with SIGKILL', async () => {
    const { parent, identity } = await parentOf(sleeper, forever);
    process.kill(-Number(parent.pid), 'SIGKILL');
    await until(() => !isRunning(identity), Boolean, 'the child ends');
  });

  it('end when their parent crashes', async () => {
    const { identity } = await parentOf(sleeper, "setImmediate(() => { throw new Error('crash') })");
    await until(() => !isRunning(identity), Boolean, 'the child ends');
  });

  it('end when their parent exits', async () => {
    const { identity } = await parentOf(sleeper, 'setImmediate(() => process.exit(0))');
    await until(() => !isRunning(identity), Boolean, 'the child ends');
  });

  it('end when their parent is killed even if they ignore SIGTERM', async () => {
    const { parent, identity } = await parentOf(stubborn, forever);
    parent.kill('SIGKILL');
    await until(() => !isRunning(identity), Boolean, 'the child is killed');
  }).timeout(20_000);

  it('outlive a Ctrl-C, which goes to the process group of their parent', async () => {
    const { parent, identity } = await parentOf(sleeper, `process.on('SIGINT', () => console.log()); ${forever}`);
    let heard = false;
    parent.stdout?.on('data', () => {
      heard = true;
    });
    process.kill(-Number(parent.pid), 'SIGINT');
    await until(() => heard, Boolean, 'the parent hears the SIGINT');
    expect(isRunning(identity)).to.equal(true);
  });

  it('run as long as any of their threads does, though the first one has ended', async function () {
    if (process.platform !== 'linux') return this.skip();
    const code =
      'import ctypes, threading, time; threading.Thread(target=time.sleep, args=(300,)).start(); ctypes.CDLL(None).pthread_exit(None)';
    const child = await own({ command: 'python3', args: ['-c', code] });
    const identity = identityOf(Number(child.pid));
    await until(
      () => /\) Z /.test(readFileSync(`/proc/${child.pid}/stat`, 'latin1')),
      Boolean,
      'its first thread ends',
    );
    expect(isRunning(identity)).to.equal(true);
    await child.kill();
    expect(isRunning(identity)).to.equal(false);
  });

  it('are not taken for a foreign process that got their pid', async () => {
    const foreign = await own();
    const warden = spawn('/bin/sh', [new URL('./warden.sh', import.meta.url).pathname], { stdio: 'pipe' });
    const { started } = identityOf(foreign.pid);
    warden.stdin.end(`${foreign.pid} 1${started}\n`);
    await new Promise((resolve) => warden.once('exit', resolve));
    expect(isRunning({ pid: foreign.pid, started })).to.equal(true);
  });

  it('stop on SIGTERM, and on SIGKILL after the grace', async () => {
    const willing = await own();
    await willing.stop();
    expect(await willing.exited).to.deep.equal({ code: null, signal: 'SIGTERM' });
    let ready = false;
    const child = await own({
      ...stubborn,
      onLine: () => {
        ready = true;
      },
    });
    await until(() => ready, Boolean, 'the trap is set');
    await child.stop(50);
    expect(await child.exited).to.deep.equal({ code: null, signal: 'SIGKILL' });
    await child.stop();
  });

  it('hand over their lines by stream, and their exit', async () => {
    const lines: string[] = [];
    const exits: unknown[] = [];
    await own({
      command: '/bin/sh',
      args: ['-c', 'echo one; echo zwei-é >&2; exit 3'],
      onLine: (line, stream) => lines.push(`${stream} ${line}`),
      onExit: (code, signal) => exits.push([code, signal]),
    });
    await until(() => lines.length === 2 && exits.length === 1, Boolean, 'both lines and the exit');
    expect(lines).to.have.members(['stdout one', 'stderr zwei-é']);
    expect(exits).to.deep.equal([[3, null]]);
  });

  it('append what they print to a log file', async () => {
    const logFile = join(folder, 'log');
    for (const word of ['first', 'second']) await (await own({ command: 'echo', args: [word], logFile })).exited;
    expect(readFileSync(logFile, 'utf8')).to.equal('first\nsecond\n');
  });

  it('tell when a command cannot be run', async () => {
    const failure = await spawnChild({ name: 'x', command: '/nowhere/x', args: [] }).catch((error) => error);
    expect(failure).to.be.instanceOf(ChildNotStarted);
    expect(failure.cause.code).to.equal('ENOENT');
  });

  describe('left behind by an earlier run', () => {
    it('are found by their pid file and ended', async () => {
      const pidFile = join(folder, 'pid');
      const child = await own({ pidFile });
      expect(await endStale(pidFile)).to.equal(child.pid);
      expect((await child.exited).signal).to.equal('SIGTERM');
      expect(existsSync(pidFile)).to.equal(false);
    });

    it('are not confused with a stranger that has their pid', async () => {
      const pidFile = join(folder, 'pid');
      const stranger = identityOf((await own()).pid);
      writeFileSync(pidFile, JSON.stringify({ ...stranger, started: 'long ago' }));
      expect(await endStale(pidFile)).to.equal(null);
      expect(isRunning(stranger)).to.equal(true);
    });

    it('may be gone, or their pid file damaged', async () => {
      const pidFile = join(folder, 'pid');
      const child = await own({ pidFile });
      const text = readFileSync(pidFile, 'utf8');
      await child.kill();
      expect(existsSync(pidFile)).to.equal(false);
      for (const content of [text, '', '{"pid":1,"started":"x"}']) {
        writeFileSync(pidFile, content);
        expect(await endStale(pidFile)).to.equal(null);
      }
      expect(await endStale(join(folder, 'never'))).to.equal(null);
    });
  });

  describe('the lock of a folder', () => {
    it('is held by one at a time', () => {
      const lock = takeLock(folder);
      expect(() => takeLock(folder)).to.throw(Locked, String(process.pid));
      lock.release();
      takeLock(folder).release();
    });

    it('is waited for', async () => {
      const lock = takeLock(folder);
      let holder = 0;
      const next = waitForLock(folder, (pid) => {
        holder = pid;
        lock.release();
      });
      (await next).release();
      expect(holder).to.equal(process.pid);
    });

    it('falls from the dead to exactly one', async () => {
      const dead = await own();
      writeFileSync(join(folder, 'lock.1'), JSON.stringify(identityOf(dead.pid)));
      expect(() => takeLock(folder)).to.throw(Locked, String(dead.pid));
      await dead.kill();
      const code = `
        import { takeLock } from ${JSON.stringify(new URL('./lock.ts', import.meta.url).href)};
        try { takeLock(${JSON.stringify(folder)}); console.log('won'); } catch (error) { console.log(error.name); }
        setInterval(() => {}, 1000);`;
      const said: string[] = [];
      const args = ['--import', 'tsx', '--input-type=module', '-e', code];
      const contender = () => own({ command: process.execPath, args, onLine: (line) => said.push(line) });
      await Promise.all([contender(), contender(), contender()]);
      await until(() => said.length === 3, Boolean, 'all three have tried');
      expect(said.sort()).to.deep.equal(['Locked', 'Locked', 'won']);
    });
  });
});
