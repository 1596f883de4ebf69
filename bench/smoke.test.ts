/** Each benchmark once, as small as it goes: that it measures, not what. */
import { expect } from 'chai';
import { connect } from 'nats';
import { startPrivateNats, testServers } from '../test/servers.ts';
import { programFolder } from '../test/service-process.ts';
import { chosen } from './choose.ts';
import { compiled } from './code.ts';
import { growth } from './growth/growth.ts';
import { measures } from './growth/measures.ts';
import { memory } from './growth/memory.ts';
import { replicas } from './growth/replicas.ts';
import { wave } from './growth/waves.ts';
import { prepareEvent } from './load/event.ts';
import { measure } from './measure/measure.ts';
import { SMOKE } from './measure/path.ts';
import { flood } from './paths/flood.ts';
import { PATHS } from './paths/index.ts';
import { starts } from './paths/start.ts';
import { openStage, type Stage } from './process/stage.ts';
import { openWhole } from './process/whole.ts';
import { replay, settingsAt } from './replays/replay.ts';

/** So many are kept busy at the least, where the benchmark itself takes more. */
const FEW = 20;

describe('the benchmarks', () => {
  let stage: Stage;
  before(async function () {
    this.timeout(60_000);
    const [nats, { mongoUri }, dir] = await Promise.all([startPrivateNats(), testServers(), programFolder()]);
    const code = await compiled(dir, new AbortController().signal);
    stage = await openStage({ dir, sizes: SMOKE, code, nats: nats.url, mongodb: mongoUri() });
  });
  after(() => stage?.close());

  // The starts are one path, three times over; one is enough here.
  const once = PATHS.filter((path) => path === starts[0] || !starts.includes(path));
  for (const path of once.map((one) => ({ ...one, least: Math.min(one.least, FEW) })))
    it(`measure ${path.name} beside its limit`, async () => {
      const contest = await path.open(stage);
      try {
        const result = await measure(path, contest, SMOKE);
        for (const side of [result.ours, result.limit]) {
          expect(side.perSecond.median).to.be.within(0.01, 1e6);
          expect(side.cpuMs.median).to.be.within(0.001, 10_000);
        }
        expect(result.ratio.median).to.be.within(0.0001, 10_000);
      } finally {
        await contest.close();
      }
    }).timeout(90_000);

  it('store the good webhooks of a flood, and no other, on both sides', async () => {
    const connection = await connect({ servers: stage.nats });
    const manager = await connection.jetstreamManager();
    const stored = async () =>
      Promise.all(['PAYMENTS', 'BENCH_LIMIT'].map(async (name) => (await manager.streams.info(name)).state.messages));
    const contest = await flood.open(stage);
    try {
      // The stream is made with the first message.
      await contest.ours.run(10);
      const before = await stored();
      await contest.ours.run(100);
      await contest.limit.run(100);
      expect(await stored()).to.deep.equal(before.map((messages) => messages + 10));
    } finally {
      await contest.close();
      await connection.close();
    }
  }).timeout(90_000);

  it('tell how cost grows, what replicas bring and what memory is held, and replay a day', async () => {
    const { signal } = new AbortController();
    const hurry = 600;
    const change = { ...settingsAt(hurry), RECOVERY_INTERVAL: '1s' };
    const whole = await openWhole(stage, { prepare: prepareEvent, change });
    const steps: unknown[] = [];
    const step = (...said: unknown[]) => void steps.push(said);
    try {
      const all = measures(stage);
      const [first, grown] = await growth(whole, all, [20, 22], signal, step);
      expect(first?.payments).to.equal(20);
      expect(grown?.costs.map(({ name }) => name)).to.deep.equal(all.map(({ name }) => name));
      for (const { ms, cpuMs } of grown?.costs ?? []) expect(Math.min(ms, cpuMs)).to.be.above(0);
      const [handled] = await memory(whole, [3], signal, step);
      for (const service of ['gateway', 'ingest', 'ticketing'] as const)
        expect(handled?.memory[service], service).to.be.within(30, 2_000);
      const both = await replicas(whole, 2, 5, signal);
      expect(both.replicas).to.equal(2);
      expect(both.perSecond).to.be.within(0.01, 1_000);

      const day = { name: 'day 0', payments: 12, overMinutes: 5 };
      const replayed = await replay(whole, day, hurry, signal, step);
      expect(replayed).to.include({ withoutTicket: 0, withoutMail: 0 });
      expect((replayed.told?.count ?? 0) + (replayed.found?.count ?? 0)).to.equal(12);
      expect(replayed.found?.count, 'some had to be found by a sweep').to.be.above(0);
      expect(replayed.backlog.at(-1)).to.include({ withoutTicket: 0, withoutMail: 0 });
      expect(steps.length).to.be.above(5);

      const stopped = wave(whole, 1, AbortSignal.abort());
      expect(await stopped.catch(({ name }) => name), 'nobody waits for what comes no more').to.equal('AbortError');
    } finally {
      await whole.close();
    }
  }).timeout(180_000);

  it('are chosen by name, and a wrong name says which there are', () => {
    expect(chosen('', PATHS).map(({ name }) => name)).to.deep.equal(PATHS.map(({ name }) => name));
    expect(chosen(' flood,ingest', PATHS).map(({ name }) => name)).to.deep.equal(['ingest', 'flood']);
    expect(() => chosen('ingest,gate', PATHS)).to.throw(/there is no gate; there are ingest, flood, /);
  });
});
