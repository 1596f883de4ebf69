import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { mongo } from 'mongoose';
import { connect, headers, StringCodec } from 'nats';
import { FolderInUse, ServerNotReady, ServerUnreachable } from './errors.ts';
import { freePort, PortTaken } from './free-port.ts';
import { startMongo } from './mongo.ts';
import { startNats } from './nats.ts';
import type { RunningServer, ServerOptions } from './running-server.ts';
import { installedSecantus } from './secantus.ts';

const text = StringCodec();

/** What is told apart between the two: how to start one, and one acknowledged fact that must not get lost. */
const kinds = {
  NATS: {
    start: startNats,
    async remember(url: string, fact: string) {
      const nc = await connect({ servers: url });
      const manager = await nc.jetstreamManager();
      await manager.streams.add({ name: 'FACTS', subjects: ['facts'] });
      await nc.jetstream().publish('facts', text.encode(fact), { headers: headers(), msgID: fact });
      await nc.close();
    },
    async recall(url: string) {
      const nc = await connect({ servers: url });
      const message = await (await nc.jetstreamManager()).streams.getMessage('FACTS', { last_by_subj: 'facts' });
      await nc.close();
      return text.decode(message.data);
    },
  },
  MongoDB: {
    start: startMongo,
    async remember(url: string, fact: string) {
      const client = await mongo.MongoClient.connect(url, { writeConcern: { w: 'majority', journal: true } });
      await client.db().collection<{ _id: string; fact: string }>('facts').insertOne({ _id: 'one', fact });
      await client.close();
    },
    async recall(url: string) {
      const client = await mongo.MongoClient.connect(url);
      const found = await client.db().collection<{ _id: string; fact: string }>('facts').findOne({ _id: 'one' });
      await client.close();
      return found?.fact;
    },
  },
};

function portOf(server: RunningServer): number {
  return Number(new URL(server.url).port);
}

describe('our own servers', function () {
  this.timeout(60_000);
  let dir: string;
  let started: RunningServer[];
  let stopped: (() => void)[];

  const startWith = async (start: typeof startNats, options: Partial<ServerOptions> = {}) => {
    const server = await start({ dir: join(dir, 'data'), ignoreEnv: true, ...options });
    started.push(server);
    return server;
  };

  before(async function () {
    this.timeout(300_000); // the very first run on a machine installs them
    const folder = mkdtempSync(join(tmpdir(), 'qrflow-servers-'));
    for (const { start } of Object.values(kinds)) {
      await (await start({ dir: join(folder, start.name), ignoreEnv: true })).stop();
    }
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'qrflow-servers-'));
    started = [];
    stopped = [];
  });
  afterEach(async () => {
    for (const stop of stopped) stop();
    await Promise.all(started.map((server) => server.kill()));
    rmSync(dir, { recursive: true });
  });

  for (const [name, { start, remember, recall }] of Object.entries(kinds)) {
    const run = (options: Partial<ServerOptions> = {}) => startWith(start, options);

    describe(name, () => {
      it('keeps what it acknowledged when it is killed and started again on the same port and folder', async () => {
        const first = await run();
        await remember(first.url, 'paid');
        await first.kill();
        const second = await run({ port: portOf(first) });
        expect(second.url).to.equal(first.url);
        expect(second.pid).to.not.equal(first.pid);
        expect(await recall(second.url)).to.equal('paid');
        await second.stop();
        expect(await recall((await run()).url)).to.equal('paid');
      });

      it('says in its last line what was taken', async () => {
        const lines: string[] = [];
        const server = await run({ report: (line) => lines.push(line) });
        expect(lines.at(-1)).to.equal(server.source);
        expect(server.source).to.match(new RegExp(`^${name}: .+`));
        expect(server).to.include({ external: false });
      });

      it('takes a port below 32768, out of the way of outgoing connections', async () => {
        expect(portOf(await run())).to.be.within(10_000, 32_767);
      });

      it('names the port if it is taken, and does not take a stranger that answers there for its own', async () => {
        const other = await run({ dir: join(dir, 'other') });
        const port = portOf(other);
        const error = await run({ port }).catch((reason) => reason);
        expect(error).to.be.instanceOf(PortTaken);
        expect(error.message).to.contain(name).and.contain(`port ${port} `);
        await run(); // and the folder is free again
      });

      it('is refused a data folder that another one uses', async () => {
        const both = await Promise.allSettled([run(), run()]);
        const refusals = both.filter((result) => result.status === 'rejected').map((result) => result.reason);
        expect(refusals).to.have.length(1);
        expect(refusals[0]).to.be.instanceOf(FolderInUse);
        expect(refusals[0].message).to.contain(join(dir, 'data'));
      });

      it('runs beside others of its kind that start at the same moment', async () => {
        const three = await Promise.all([1, 2, 3].map((n) => run({ dir: join(dir, String(n)) })));
        await Promise.all(three.map((server) => remember(server.url, server.url)));
        for (const server of three) expect(await recall(server.url)).to.equal(server.url);
      });

      it('is used as it is when the environment names one, and left alone', async () => {
        const own = await run();
        const env = { [name === 'NATS' ? 'NATS_URL' : 'MONGODB_URI']: own.url };
        const external = await run({ dir: join(dir, 'none'), ignoreEnv: false, env });
        expect(external).to.include({ url: own.url, pid: null, external: true });
        await external.stop();
        await external.kill();
        await remember(own.url, 'alive');
        expect(existsSync(join(dir, 'none'))).to.equal(false);
      });

      it('is reported unreachable when the environment names one that does not answer', async () => {
        const port = await freePort();
        const env = { NATS_URL: `nats://127.0.0.1:${port}`, MONGODB_URI: `mongodb://127.0.0.1:${port}/x` };
        const error = await run({ ignoreEnv: false, env }).catch((reason) => reason);
        expect(error).to.be.instanceOf(ServerUnreachable);
        expect(error.message).to.contain(String(port));
      });

      it('starts again at once, same port and folder, after the process that owned it was killed', async () => {
        const code = `
          import * as module from ${JSON.stringify(new URL(`./${name === 'NATS' ? 'nats' : 'mongo'}.ts`, import.meta.url).href)};
          const server = await module.${start.name}({ dir: process.argv[1], ignoreEnv: true });
          console.log(JSON.stringify([server.url, server.pid]));`;
        const args = ['--import', 'tsx', '--input-type=module', '-e', code, join(dir, 'data')];
        const owner: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
        stopped.push(() => owner.kill('SIGKILL'));
        const said = await new Promise<string>((resolve) => owner.stdout?.once('data', (chunk) => resolve(`${chunk}`)));
        const [url, pid] = JSON.parse(said) as [string, number];
        await remember(url, 'paid');
        owner.kill('SIGKILL');
        await new Promise((resolve) => owner.once('exit', resolve));
        const server = await run({ port: Number(new URL(url).port) });
        expect(server.pid).to.not.equal(pid);
        expect(await recall(server.url)).to.equal('paid');
      });
    });
  }

  it('lose no document that was acknowledged when they are killed amid writing', async () => {
    const first = await startWith(startMongo);
    // SecantusDB is started so that it syncs each write, whether asked to or not; a mongod wants to be asked.
    const concern = first.source.includes('SecantusDB')
      ? {}
      : { writeConcern: { w: 'majority', journal: true } as const };
    const client = await mongo.MongoClient.connect(first.url, concern);
    const facts = client.db().collection<{ _id: number }>('facts');
    const acknowledged: number[] = [];
    let next = 0;
    const write = async () => {
      for (;;) {
        const _id = next++;
        await facts.findOneAndUpdate({ _id }, [{ $set: { paid: true } }], { upsert: true });
        acknowledged.push(_id);
        if (acknowledged.length === 400) void first.kill();
      }
    };
    await Promise.allSettled(Array.from({ length: 8 }, write));
    await client.close();
    await first.kill();
    const again = await mongo.MongoClient.connect((await startWith(startMongo, { port: portOf(first) })).url);
    const kept = await again.db().collection<{ _id: number }>('facts').distinct('_id');
    await again.close();
    expect(acknowledged.length).to.be.at.least(400);
    expect(kept).to.include.members(acknowledged);
  });

  it('tell when one ends by itself', async () => {
    const server = await startWith(startNats);
    process.kill(Number(server.pid), 'SIGKILL');
    expect(await server.exited).to.deep.equal({ code: null, signal: 'SIGKILL' });
    await server.stop();
  });

  it('show their last lines when they end at their start', async () => {
    mkdirSync(join(dir, 'bin'));
    const script =
      '#!/bin/sh\ncase $1 in --version) echo nats-server: v2.12.0;; *) echo the disk is on fire; exit 7;; esac\n';
    writeFileSync(join(dir, 'bin', 'nats-server'), script, { mode: 0o755 });
    const error = await startWith(startNats, { env: { PATH: join(dir, 'bin') } }).catch((reason) => reason);
    expect(error).to.be.instanceOf(ServerNotReady);
    expect(error.message).to.contain('exit code 7').and.contain('the disk is on fire');
  });

  it('start without any network once they are installed', async () => {
    const nowhere = 'http://127.0.0.1:9';
    const env = { ...process.env, PIP_NO_INDEX: '1', PIP_INDEX_URL: nowhere, MONGOMS_DOWNLOAD_MIRROR: nowhere };
    await Promise.all([
      startWith(startNats, { dir: join(dir, 'nats'), env }),
      startWith(startMongo, { dir: join(dir, 'mongo'), env }),
    ]);
  });

  // No real mongod comes from a package registry; this stands in for one, taking a mongod's own arguments.
  it('may be a mongod', async function () {
    if (!(await startWith(startMongo, { dir: join(dir, 'usual') })).source.includes('SecantusDB')) return this.skip();
    const { python, folder } = await installedSecantus(process.env, () => undefined);
    mkdirSync(join(dir, 'bin'));
    const script = `#!/bin/sh
      if [ "$1" = --version ]; then echo 'db version v8.0.4'; exit; fi
      while [ $# -gt 0 ]; do case $1 in --dbpath) store=$2;; --bind_ip) host=$2;; --port) port=$2;; esac; shift; done
      PYTHONPATH='${folder}/packages' exec '${python}' '${folder}/packages/bin/secantusd-py' --standalone \
        --host "$host" --port "$port" --storage-path "$store"`;
    writeFileSync(join(dir, 'bin', 'mongod'), script, { mode: 0o755 });
    const env = { PATH: `${join(dir, 'bin')}:${process.env.PATH}` };
    const server = await startWith(startMongo, { env });
    expect(server.source).to.contain('mongod 8.0.4 on PATH');
    await kinds.MongoDB.remember(server.url, 'paid');
    expect(existsSync(join(dir, 'data', 'mongod'))).to.equal(true);
  });

  it('leave no process behind', async () => {
    const { pid, ...server } = await startWith(startNats);
    expect(JSON.parse(readFileSync(join(dir, 'data', 'server.pid'), 'utf8')).pid).to.equal(pid);
    await server.stop();
    expect(existsSync(join(dir, 'data', 'server.pid'))).to.equal(false);
    expect(() => process.kill(Number(pid), 0)).to.throw('ESRCH');
  });
});
