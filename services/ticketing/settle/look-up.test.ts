/** A look-up ends with its answer or with ticketing, and leaves nothing behind. */
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { type Bus, BusUnavailable, openBus } from '../../../shared/bus/index.ts';
import { answer } from '../../../shared/bus/requests.ts';
import { createLogger } from '../../../shared/log/index.ts';
import { createRegistry } from '../../../shared/metrics/index.ts';
import { startPrivateNats } from '../../../test/servers.ts';
import { until } from '../../../test/until.ts';
import { createTicketingMetrics } from '../metrics.ts';
import { type LookUps, lookUps } from './look-up.ts';

const ID = 'pay_AAAAAAAAAAAAAA';

describe('a look-up at Razorpay', () => {
  let bus: Bus;
  let looks: LookUps;
  let asked = 0;
  /** Resolves when ingest is to answer. */
  let answering: Promise<unknown> = Promise.resolve();
  before(async () => {
    const { url } = await startPrivateNats();
    bus = openBus({ url, name: 'test', log: createLogger('test', 'silent') });
    answer(bus, 'ingest.lookup', async ({ payment_id }) => {
      asked++;
      await answering;
      return { observation: { id: 'o', payment_id, source: 'lookup', observed_at: 1, correlation_id: 'c' } };
    });
    await until(() => bus.ready(), Boolean, 'the bus');
  });
  after(() => bus?.close());
  beforeEach(() => {
    looks = lookUps(bus, createTicketingMetrics(createRegistry('test')));
  });
  afterEach(() => looks.close());

  it('keeps nothing of itself in memory once it is answered', async () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    const answered = async () => new WeakRef(await looks.lookUp(ID, 'c'));
    const told = [await answered(), await answered(), await answered()];
    await turn();
    collect();
    expect(told.filter((one) => one.deref() !== undefined)).to.have.length(0);
  });

  it('fails at once when ticketing stops, and so does any after that', async () => {
    let release: () => void = () => undefined;
    answering = new Promise<void>((resolve) => {
      release = resolve;
    });
    const before = asked;
    const failures = [1, 2].map(() => looks.lookUp(ID, 'c').catch((error: unknown) => error));
    await until(
      () => asked - before,
      (both) => both === 2,
      'both under way',
    );
    looks.close();
    for (const failure of await Promise.all(failures)) expect(failure).to.be.instanceOf(BusUnavailable);
    expect(await looks.lookUp(ID, 'c').catch((error: unknown) => error)).to.be.instanceOf(BusUnavailable);
    expect(asked - before).to.equal(2);
    release();
  });
});
