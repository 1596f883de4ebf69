import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import { connect } from 'nats';
import { startPrivateNats } from '../../test/servers.ts';
import { until } from '../../test/until.ts';
import { createLogger } from '../log/index.ts';
import { type Bus, BusUnavailable, type Message, NobodyAnswers, OBSERVED, openBus, RequestFailed } from './index.ts';

const log = createLogger('test', 'silent');
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (message: Message) => new TextDecoder().decode(message.bytes);
const always = async () => true;

const failure = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

/** Publishes while this thread is busy. */
async function startSender(url: string) {
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
    require('nats').connect({ servers: workerData }).then((connection) => {
      parentPort.on('message', (subject) => connection.publish(subject, 'x'));
      parentPort.postMessage('ready');
    });`,
    { eval: true, workerData: url },
  );
  await once(worker, 'message');
  return { send: (subject: string) => worker.postMessage(subject), stop: () => worker.terminate() };
}

describe('the bus wrapper', () => {
  let nats: Awaited<ReturnType<typeof startPrivateNats>>;
  const open: Bus[] = [];
  const openOne = async (url = nats.url): Promise<Bus> => {
    const bus = openBus({ url, name: 'test', log });
    open.push(bus);
    if (url === nats.url) await until(() => bus.ready(), Boolean, 'ready');
    return bus;
  };
  const admin = async <T>(work: (connection: Awaited<ReturnType<typeof connect>>) => Promise<T>): Promise<T> => {
    const connection = await connect({ servers: nats.url });
    try {
      return await work(connection);
    } finally {
      await connection.close();
    }
  };
  const deleteStream = () =>
    admin(async (connection) => (await connection.jetstreamManager()).streams.delete('PAYMENTS'));

  beforeEach(async () => {
    nats ??= await startPrivateNats();
    await openOne();
    await deleteStream();
  });
  afterEach(async () => {
    await Promise.all(open.splice(0).map((bus) => bus.close()));
  });

  it('fails at once while there is no server', async () => {
    const bus = await openOne('nats://127.0.0.1:9');
    const started = performance.now();
    expect(await failure(bus.publish(OBSERVED, bytes('x'), '1', 'c'))).to.be.instanceOf(BusUnavailable);
    expect(await failure(bus.request('ingest.sync', {}, { timeoutMs: 60_000, correlationId: 'c' }))).to.be.instanceOf(
      BusUnavailable,
    );
    expect(performance.now() - started, 'and waits for no time-out').to.be.below(30_000);
    expect([bus.connected(), await bus.ready()]).to.deep.equal([false, false]);
  });

  it('stores a message once per id, and makes the stream when it is gone', async () => {
    const bus = await openOne();
    expect(await bus.publish(OBSERVED, bytes('a'), 'id-1', 'c')).to.deep.equal({ duplicate: false });
    expect(await bus.publish(OBSERVED, bytes('a'), 'id-1', 'c')).to.deep.equal({ duplicate: true });
    await deleteStream();
    expect(await bus.publish(OBSERVED, bytes('a'), 'id-1', 'c')).to.deep.equal({ duplicate: false });
    const config = await admin(
      async (connection) => (await (await connection.jetstreamManager()).streams.info('PAYMENTS')).config,
    );
    expect(config).to.include({ storage: 'file', max_age: 7 * 86_400e9, duplicate_window: 600e9 });
  });

  it('gives each message to one worker, again after the delay it asked for or after a throw, until it is acked', async () => {
    const bus = await openOne();
    const seen: string[] = [];
    const consumer = bus.consume({
      workers: 4,
      open: always,
      async handle(message) {
        seen.push(`${text(message)}${message.deliveries}${message.correlationId}`);
        if (text(message) === 'later' && message.deliveries === 1) return 50;
        return 'ack';
      },
    });
    for (const word of ['one', 'two', 'later']) await bus.publish(OBSERVED, bytes(word), word, 'c');
    await until(
      () => seen.length,
      (count) => count === 4,
      'four deliveries',
    );
    await consumer.stop();
    expect(seen.sort()).to.deep.equal(['later1c', 'later2c', 'one1c', 'two1c']);
  });

  it('misses no message that comes just before its pull ends, while the process is busy', async () => {
    const [bus, sender] = [await openOne(), await startSender(nats.url)];
    const pulls: number[] = [];
    const seen: number[] = [];
    const consumer = bus.consume({
      workers: 1,
      async open() {
        pulls.push(performance.now());
        return true;
      },
      async handle({ deliveries }) {
        seen.push(deliveries);
        return 'ack';
      },
    });
    try {
      for (;;) {
        const begun = await until(
          () => pulls.at(-1) ?? 0,
          (at) => at > 0 && performance.now() - at < 1_000,
          'a pull',
        );
        await new Promise((resolve) => setTimeout(resolve, begun + 1_900 - performance.now()));
        // A loaded machine may be too late for this one.
        if (pulls.at(-1) === begun && performance.now() - begun < 1_980) break;
      }
      sender.send(OBSERVED);
      // The server ends a pull after 2 s; what comes until then is read when the process has time again.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600);
      await until(() => seen.length > 0, Boolean, 'the message, not its second delivery half a minute later', 15_000);
      expect(seen).to.deep.equal([1]);
    } finally {
      await consumer.stop();
      await sender.stop();
    }
  });

  it('takes nothing while its gate is closed, and goes on when it opens', async () => {
    const bus = await openOne();
    let isOpen = false;
    let asked = 0;
    const seen: number[] = [];
    const consumer = bus.consume({
      workers: 2,
      async open() {
        asked++;
        return isOpen;
      },
      async handle({ deliveries }) {
        seen.push(deliveries);
        return 'ack';
      },
    });
    await bus.publish(OBSERVED, bytes('x'), 'x', 'c');
    await until(
      () => asked,
      (times) => times > 3,
      'asking the gate',
    );
    expect(seen).to.deep.equal([]);
    isOpen = true;
    await until(
      () => seen,
      (found) => found.length === 1,
      'the message',
    );
    await consumer.stop();
    expect(seen).to.deep.equal([1]);
  });

  it('goes on consuming after stream and consumer were deleted', async () => {
    const bus = await openOne();
    const seen: string[] = [];
    const consumer = bus.consume({
      workers: 2,
      open: always,
      async handle(message) {
        seen.push(text(message));
        return 'ack';
      },
    });
    await bus.publish(OBSERVED, bytes('before'), '1', 'c');
    await until(
      () => seen,
      (found) => found.includes('before'),
      'the first',
    );
    await deleteStream();
    await bus.publish(OBSERVED, bytes('after'), '2', 'c');
    await until(
      () => seen,
      (found) => found.includes('after'),
      'the second',
    );
    await consumer.stop();
  });

  it('finishes the message in work before it stops', async () => {
    const bus = await openOne();
    let finish: (() => void) | undefined;
    let finished = false;
    const consumer = bus.consume({
      workers: 1,
      open: always,
      async handle() {
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        finished = true;
        return 'ack';
      },
    });
    await bus.publish(OBSERVED, bytes('x'), 'x', 'c');
    await until(
      () => finish,
      (started) => started !== undefined,
      'the message in work',
    );
    const stopping = consumer.stop();
    finish?.();
    await stopping;
    expect(finished).to.equal(true);
  });

  it('carries questions, answers, errors with their facts, and correlation ids', async () => {
    const [asking, answering] = [await openOne(), await openOne()];
    answering.serve('ingest.lookup', async (body, correlationId) => {
      if ((body as { fail?: boolean }).fail) throw new RequestFailed(404, 'no such payment', { id: 'x' });
      if ((body as { bug?: boolean }).bug) throw new Error('a bug with details');
      return { body, correlationId };
    });
    const how = { timeoutMs: 2_000, correlationId: 'c-1' };
    const ask = (body: unknown) => asking.request('ingest.lookup', body, how);
    await until(
      () => failure(ask({})),
      (error) => error === null,
      'an answer',
    );
    expect(await ask({ a: 1 })).to.deep.equal({ body: { a: 1 }, correlationId: 'c-1' });
    const failed = await failure(ask({ fail: true }));
    expect(failed).to.be.instanceOf(RequestFailed);
    expect(failed).to.deep.include({ code: 404, message: 'no such payment', facts: { id: 'x' } });
    expect(await failure(ask({ bug: true }))).to.deep.include({ code: 500, message: 'internal error' });
    expect(await failure(asking.request('ingest.nobody', {}, how))).to.be.instanceOf(NobodyAnswers);
  });

  it('survives a question that is no JSON', async () => {
    const bus = await openOne();
    bus.serve('ingest.lookup', async () => 'fine');
    const how = { timeoutMs: 2_000, correlationId: 'c' };
    await until(
      () => failure(bus.request('ingest.lookup', {}, how)),
      (error) => error === null,
      'an answer',
    );
    const code = await admin(async (connection) =>
      (await connection.request('ingest.lookup', bytes('{'))).headers?.get('Nats-Service-Error-Code'),
    );
    expect(code).to.equal('500');
    expect(await bus.request('ingest.lookup', {}, how)).to.equal('fine');
  });
});
