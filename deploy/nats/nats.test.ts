/** nats.conf against the real server, with the services' real bus: their work is allowed, everything else refused. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { connect, type Msg, type NatsConnection } from 'nats';
import { type Bus, BusUnavailable, OBSERVED, openBus, RequestFailed } from '../../shared/bus/index.ts';
import { createLogger } from '../../shared/log/index.ts';
import { freePort } from '../local/servers/free-port.ts';
import { findNats } from '../local/servers/nats-source.ts';
import type { RunningServer } from '../local/servers/running-server.ts';
import { startServerProcess } from '../local/servers/server-process.ts';

const SERVICES = ['gateway', 'ingest', 'ticketing'] as const;
type Service = (typeof SERVICES)[number];

// All digits: what a config file would read as a number, were it not for the quotes that docker-compose.yml adds.
const passwords: Record<Service, string> = { gateway: '1111', ingest: '2222', ticketing: '3333' };
const log = createLogger('test', 'silent');
const bytes = (text: string) => new TextEncoder().encode(text);
const ping = async (url: string) => {
  await (await connect({ servers: url, user: 'gateway', pass: passwords.gateway, reconnect: false })).close();
};

describe('the users of deploy/nats/nats.conf', () => {
  let dir: string;
  let server: RunningServer;
  const opened: { close(): Promise<void> }[] = [];

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'qrflow-nats-'));
    const found = await findNats(process.env, true, console.log);
    if (found.kind !== 'binary') throw new Error('this test needs a nats-server of its own');
    server = await startServerProcess('NATS', found.line, { dir }, async (port) => {
      const overrides = ['-a', '127.0.0.1', '-p', `${port}`, '-m', `${await freePort()}`, '-sd', dir];
      const url = `nats://127.0.0.1:${port}`;
      return {
        command: found.command,
        args: ['--config', fileURLToPath(new URL('nats.conf', import.meta.url)), ...overrides],
        env: {
          ...process.env,
          ...Object.fromEntries(SERVICES.map((one) => [`NATS_${one.toUpperCase()}_PASSWORD`, `"${passwords[one]}"`])),
        },
        url,
        ask: () => ping(url),
      };
    });
  });

  after(async () => {
    await server?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((one) => one.close()));
  });

  const bus = async (service: Service): Promise<Bus> => {
    const one = openBus({
      url: server.url,
      name: `qrflow-${service}`,
      user: service,
      password: passwords[service],
      log,
    });
    opened.push(one);
    await until(() => one.connected());
    return one;
  };

  /** A connection with no more than the service's user: what somebody could do who stole its password. */
  const intruder = async (service: Service): Promise<NatsConnection> => {
    const one = await connect({
      servers: server.url,
      user: service,
      pass: passwords[service],
      inboxPrefix: `_INBOX.qrflow-${service}`,
    });
    opened.push(one);
    return one;
  };

  it('lets ingest make the stream and publish, and ticketing consume and ack', async () => {
    const [ingest, ticketing] = await Promise.all([bus('ingest'), bus('ticketing')]);
    const id = crypto.randomUUID();
    expect(await ingest.publish(OBSERVED, bytes(id), id, 'c')).to.deep.equal({ duplicate: false });
    const seen: { text: string; deliveries: number }[] = [];
    const consumption = ticketing.consume({
      workers: 2,
      open: async () => true,
      handle: async (message) => {
        seen.push({ text: new TextDecoder().decode(message.bytes), deliveries: message.deliveries });
        return message.deliveries === 1 ? 10 : 'ack';
      },
    });
    const deliveriesOf = () => seen.filter(({ text }) => text === id).map(({ deliveries }) => deliveries);
    await until(() => deliveriesOf().length === 2);
    expect(deliveriesOf()).to.deep.equal([1, 2]);
    await consumption.stop();
    const manager = await (await connectAsTicketing()).jetstreamManager({ checkAPI: false });
    await until(async () => (await manager.consumers.info('PAYMENTS', 'ticketing')).num_ack_pending === 0);
  });
  const connectAsTicketing = () => intruder('ticketing');

  it('lets all three be ready', async () => {
    for (const service of ['ticketing', 'ingest', 'gateway'] as const)
      expect(await (await bus(service)).ready(), service).to.equal(true);
  });

  it('lets the gateway ask ingest and ticketing, and ticketing ask ingest', async () => {
    const [gateway, ingest, ticketing] = await Promise.all([bus('gateway'), bus('ingest'), bus('ticketing')]);
    const options = { timeoutMs: 5_000, correlationId: 'c' };
    ingest.serve('ingest.sync', async (body) => ({ from: 'ingest', body }));
    ingest.serve('ingest.lookup', async () => {
      throw new RequestFailed(404, 'unknown', { id: 'pay_1' });
    });
    ingest.serve('ingest.read', async () => ({ kind: 'unused' }));
    ticketing.serve('ticketing.replay', async () => ({ replayed: 2 }));
    ticketing.serve('ticketing.settle', async () => ({ settled: 1 }));
    await until(async () => {
      const answers = [
        gateway.request('ingest.sync', 1, options),
        gateway.request('ticketing.settle', {}, options),
        gateway.request('ticketing.replay', {}, options),
        ticketing.request('ingest.read', {}, options),
      ];
      return (await Promise.allSettled(answers)).every(({ status }) => status === 'fulfilled');
    });
    expect(await gateway.request('ingest.sync', { a: 1 }, options)).to.deep.equal({ from: 'ingest', body: { a: 1 } });
    expect(await gateway.request('ticketing.settle', {}, options)).to.deep.equal({ settled: 1 });
    const refusal = await ticketing.request('ingest.lookup', {}, options).catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(RequestFailed).and.to.include({ code: 404, message: 'unknown' });
  });

  it('refuses the gateway to publish a payment, at once', async () => {
    const gateway = await bus('gateway');
    const failure = await gateway.publish(OBSERVED, bytes('{}'), 'forged', 'c').catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(BusUnavailable);
  });

  const forbiddenToPublish: Record<Service, string[]> = {
    gateway: [
      'payments.observed',
      '$JS.API.STREAM.PURGE.PAYMENTS',
      '$JS.API.STREAM.DELETE.PAYMENTS',
      '$JS.API.STREAM.CREATE.PAYMENTS',
      '$JS.API.CONSUMER.MSG.NEXT.PAYMENTS.ticketing',
      '$JS.ACK.PAYMENTS.ticketing.1.1.1.1.0',
      '_INBOX.qrflow-ticketing.forged',
    ],
    ingest: [
      'payments.other',
      '$JS.API.STREAM.DELETE.PAYMENTS',
      '$JS.API.STREAM.MSG.GET.PAYMENTS',
      '$JS.API.STREAM.CREATE.OTHER',
      '$JS.API.CONSUMER.MSG.NEXT.PAYMENTS.ticketing',
      '$JS.ACK.PAYMENTS.ticketing.1.1.1.1.0',
      'ticketing.settle',
      '_INBOX.qrflow-gateway.forged',
    ],
    ticketing: [
      'payments.observed',
      'ingest.sync',
      '$JS.API.STREAM.PURGE.PAYMENTS',
      '$JS.API.STREAM.DELETE.PAYMENTS',
      '$JS.API.CONSUMER.DELETE.PAYMENTS.ticketing',
      '$JS.API.CONSUMER.CREATE.PAYMENTS.spy',
      '_INBOX.qrflow-gateway.forged',
    ],
  };
  const forbiddenToRead: Record<Service, string[]> = {
    gateway: ['payments.*', 'ingest.*', '_INBOX.>', '_INBOX.qrflow-ingest.>', '$JS.>', '>'],
    ingest: ['payments.observed', 'ingest.sync', 'ticketing.settle', '_INBOX.qrflow-gateway.>', '$JS.EVENT.>', '>'],
    ticketing: ['payments.observed', 'ticketing.settle', 'ingest.lookup', '_INBOX.qrflow-gateway.>', '>'],
  };

  for (const service of SERVICES) {
    for (const subject of forbiddenToPublish[service])
      it(`refuses ${service} to publish on ${subject}`, async () => {
        const connection = await intruder(service);
        const refused = refusal(connection);
        connection.publish(subject, bytes('{}'));
        await connection.flush();
        expect(await refused)
          .to.match(/publish/i)
          .and.to.include(subject);
      });
    for (const subject of forbiddenToRead[service])
      it(`refuses ${service} to read ${subject}`, async () => {
        const connection = await intruder(service);
        const failure = await new Promise<Error | Msg | null>((resolve) => {
          connection.subscribe(subject, { callback: (error, message) => resolve(error ?? message) });
          // The server tells its refusal before it answers the next ping.
          connection
            .flush()
            .then(() => connection.flush())
            .then(() => setImmediate(() => resolve(null)), resolve);
        });
        expect(failure).to.be.instanceOf(Error);
        expect(String(failure)).to.match(/permissions violation/i);
      });
  }

  it('refuses who has no user or a wrong password', async () => {
    for (const credentials of [{}, { user: 'gateway', pass: passwords.ingest }]) {
      const failure = await connect({ servers: server.url, reconnect: false, ...credentials }).catch((error) => error);
      expect(String(failure)).to.match(/authorization/i);
    }
  });
});

/** What the server says when it refuses the next publish. */
async function refusal(connection: NatsConnection): Promise<string> {
  for await (const status of connection.status()) {
    const { permissionContext } = status as { permissionContext?: { operation: string; subject: string } };
    if (permissionContext) return `${permissionContext.operation} ${permissionContext.subject}`;
  }
  return 'nothing';
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}
