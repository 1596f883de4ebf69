import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { testFolder, testServers } from '../servers.ts';
import { batches, nextBatch } from './batches.ts';
import { generator } from './random.ts';

describe('how a run is cut into batches', () => {
  const names = fc.uniqueArray(fc.tuple(fc.constantFrom('test', 'test/soak', 'shared', 'services/x'), fc.nat()), {
    selector: (pair) => pair.join(),
  });
  it('runs each file once, small ones in the middle, and the same again for the same seed', () => {
    fc.assert(
      fc.property(names, fc.string(), (pairs, seed) => {
        const files = pairs.map(([folder, number]) => `${folder}/${number}.test.ts`);
        const cut = batches(files, generator(seed));
        expect(cut.flat().sort()).to.deep.equal([...files].sort());
        expect(cut).to.deep.equal(batches(files, generator(seed)));
        const place = (file: string) => (file.startsWith('test/soak') ? 0 : file.startsWith('test/') ? 2 : 1);
        const places = cut.map((batch) => new Set(batch.map(place)));
        for (const { size } of places) expect(size).to.equal(1);
        const order = places.flatMap((one) => [...one]);
        expect(order).to.deep.equal([...order].sort());
      }),
    );
  });

  it('is taken from both ends, until nothing is left', () => {
    const waiting = [['first'], ['small'], ['other'], ['last']];
    expect([0, 1, 3, 2, 0].map((lane) => nextBatch(waiting, lane))).to.deep.equal([
      ['first'],
      ['last'],
      ['other'],
      ['small'],
      undefined,
    ]);
  });
});

describe('a run of the tests', () => {
  const GOOD = "describe('good', () => { it('passes', () => undefined); it.skip('is skipped'); });";
  const BAD = "describe('bad', () => { it('fails', () => { throw new Error('as it should'); }); });";
  const DYING = "describe('dying', () => { it('ends the process', () => process.kill(process.pid, 'SIGKILL')); });";

  /** Runs these as test files of their own. */
  async function run(suites: Record<string, string>) {
    const folder = join(await testFolder(), 'suites');
    mkdirSync(folder);
    for (const [name, text] of Object.entries(suites)) writeFileSync(join(folder, `${name}.test.ts`), text);
    const { natsUrl, mongoUri } = await testServers();
    const { TEST_RESULT_FILE: _, ...inherited } = process.env;
    const env = { ...inherited, NATS_URL: natsUrl, MONGODB_URI: mongoUri(), TEST_SEED: '7', FORCE_COLOR: '0' };
    return new Promise<{ code: number; lines: string[] }>((resolve) => {
      execFile('node', ['--import', 'tsx', 'test/run/main.ts', folder], { env }, (error, output) =>
        resolve({ code: Number(error?.code ?? 0), lines: output.trim().split('\n') }),
      );
    });
  }

  it('ends with the sum of its batches, and with 0 only if all passed', async () => {
    const { code, lines } = await run({ good: GOOD });
    expect(lines[0]).to.equal('TEST_SEED=7');
    expect(lines.at(-1)).to.equal('1 passed, 0 failed, 1 skipped');
    expect(code).to.equal(0);
  });

  it('shows what failed, and how to see it again', async () => {
    const { code, lines } = await run({ good: GOOD, bad: BAD });
    expect(lines.at(-1)).to.equal('1 passed, 1 failed, 1 skipped');
    expect(lines.join('\n')).to.contain('as it should').and.contain('TEST_SEED=7 make test');
    expect(lines.slice(-6).join('\n'), 'its name, also in a log’s last lines').to.match(
      /^failed: .*bad\.test\.ts: bad fails$/m,
    );
    expect(code).to.equal(1);
  });

  it('counts a batch that died as failed, and names its files', async () => {
    const { code, lines } = await run({ dying: DYING });
    expect(lines.at(-1)).to.equal('0 passed, 1 failed');
    expect(lines.join('\n')).to.contain('dying.test.ts');
    expect(code).to.equal(1);
  });

  it('calls a run without a test a failure', async () => {
    const { code, lines } = await run({});
    expect(lines.at(-1)).to.equal('0 passed, 0 failed');
    expect(code).to.equal(1);
  });
});
