import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { testFolder } from '../../test/servers.ts';
import { root } from '../../test/service-process.ts';
import { type Program, ProgramFailed, startProgram } from './program.ts';

const CODE = `
  import { answer } from './bench/process/answering.ts';
  import './bench/process/probe.ts';
  // Not so far before it was asked.
  process.channel.ref();
  await new Promise((resolve) => process.once('message', resolve));
  answer('add', ([a, b]) => a + b);
  answer('throw', () => { throw new Error('as it should'); });
  answer('end', () => { console.error('last words'); process.exit(3); });
  answer('work', (ms) => { const end = Date.now() + ms; while (Date.now() < end); });
`;

describe('a process under test', () => {
  const running: Program[] = [];
  let logFile: string;
  const start = async (code = CODE) => {
    const dir = await testFolder();
    mkdirSync(dir, { recursive: true });
    logFile = join(dir, 'log');
    const args = ['--import', 'tsx', '--input-type=module', '-e', code];
    const program = startProgram('made-up', { args, cwd: root, env: {}, logFile });
    running.push(program);
    return program;
  };
  after(() => Promise.all(running.map((program) => program.stop())));
  const failure = (asked: Promise<unknown>) =>
    asked.then(
      () => expect.fail('it was answered'),
      (error: unknown) => error as Error,
    );

  it('answers, also what was asked before it was so far, and several questions at once', async () => {
    const program = await start();
    const sums = await Promise.all([1, 2, 3].map((n) => program.ask<number>('add', [n, 10])));
    expect(sums).to.deep.equal([11, 12, 13]);
  });

  it('tells the processor time of its own work, in ms', async () => {
    const program = await start();
    await program.ask('add', [1, 1]);
    const before = await program.cpuMs();
    await program.ask('work', 100);
    // On a busy machine it is not all of the time on the processor.
    expect((await program.cpuMs()) - before).to.be.within(10, 250);
  });

  it('says what went wrong over there, and goes on', async () => {
    const program = await start();
    const error = await failure(program.ask('throw'));
    expect(error).to.be.instanceOf(ProgramFailed);
    expect(error.message).to.contain('made-up: Error: as it should');
    expect(await program.ask('add', [2, 2])).to.equal(4);
  });

  it('says with its last words that it ended, to whoever waits and whoever asks later', async () => {
    const program = await start();
    const waiting = failure(program.ask('end'));
    expect((await waiting).message).to.match(/made-up: ended \(3\)\n[\s\S]*last words/);
    expect((await failure(program.ask('add', [1, 1]))).message).to.contain('ended (3)');
    expect(readFileSync(logFile, 'utf8')).to.contain('last words');
    await program.stop();
  });

  it('says so when it cannot even start', async () => {
    const program = await start("throw new Error('no use')");
    expect((await failure(program.ask('add', [1, 1]))).message).to.match(/ended \(1\)[\s\S]*no use/);
  });
});
