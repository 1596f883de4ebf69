import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { until } from '../../test/until.ts';
import { expectStatus, type Load, openLoad, response, wire } from './http.ts';

describe('a response on the wire', () => {
  const whole = Buffer.from('HTTP/1.1 201 Created\r\nContent-Length: 5\r\nX: y\r\n\r\nhello');
  it('is read once all of it is there, and not before', () => {
    for (let length = 0; length < whole.length; length++) expect(response(whole.subarray(0, length))).to.equal(null);
    const read = response(whole);
    expect([read?.status, read?.body.toString()]).to.deep.equal([201, 'hello']);
  });
  it('is refused without a length, instead of waited for', () => {
    const chunked = Buffer.from('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
    expect(() => response(chunked)).to.throw('an answer without Content-Length');
  });
});

describe('a load', () => {
  let server: Server;
  let load: Load;
  const serve = async (listener: RequestListener, connections: number) => {
    server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    load = openLoad((server.address() as AddressInfo).port, connections);
  };
  afterEach(() => {
    load.close();
    server.close();
  });
  const asked = (path: string, check = expectStatus(200)) => ({
    request: wire({ method: 'POST', path, body: 'ü' }),
    check,
  });

  it('sends each request once, as many at a time as it has connections, which stay open', async () => {
    const seen: string[] = [];
    const sockets = new Set<unknown>();
    const held: (() => void)[] = [];
    let open = 0;
    let most = 0;
    await serve((request, reply) => {
      sockets.add(request.socket);
      seen.push(request.url ?? '');
      most = Math.max(most, ++open);
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => {
        held.push(() => {
          open--;
          // Of many pieces: the client puts them together.
          reply.end(body === 'ü' ? 'x'.repeat(1_000_000) : '');
        });
        // Nobody is answered before as many as there are connections have asked.
        if (most >= 3) for (const answer of held.splice(0)) answer();
      });
    }, 3);
    let bytes = 0;
    const check = ({ status, body }: { status: number; body: Buffer }) => {
      expect(status).to.equal(200);
      bytes += body.length;
    };
    const { latencies, ms } = await load.run(Array.from({ length: 20 }, (_, n) => asked(`/${n}`, check)));
    expect(seen.sort()).to.deep.equal(Array.from({ length: 20 }, (_, n) => `/${n}`).sort());
    expect([most, sockets.size, latencies.length, bytes]).to.deep.equal([3, 3, 20, 20_000_000]);
    expect(Math.max(...latencies)).to.be.at.most(ms);
  });

  it('sends at its own pace, and counts from when it was to send', async () => {
    const slow = 100;
    const perSecond = 100;
    await serve((_, reply) => void setTimeout(() => reply.end('""'), slow), 1);
    const count = 5;
    const { latencies } = await load.runAt(
      Array.from({ length: count }, () => asked('/')),
      perSecond,
    );
    // One connection takes one after the other: the last was to be sent long before the ones ahead of it were answered.
    const waits = Array.from({ length: count }, (_, nth) => (nth + 1) * slow - (nth * 1_000) / perSecond);
    for (const [nth, latency] of latencies.entries()) expect(latency).to.be.above((waits[nth] ?? 0) - 10);
    const free = openLoad((server.address() as AddressInfo).port, count);
    const began = performance.now();
    await free.runAt([asked('/'), asked('/'), asked('/')], 10).finally(() => free.close());
    expect(performance.now() - began, 'the third waits for its turn').to.be.above(2 * 100 + slow - 10);
  });

  it('connects again where a server closed what was idle', async () => {
    await serve((_, reply) => void reply.end('"here"'), 1);
    await load.run([asked('/')]);
    server.closeAllConnections();
    // Until the client has heard of it, what it sends is lost; from then on nothing is.
    await until(
      () =>
        load.run([asked('/')]).then(
          () => 'answered',
          () => 'lost',
        ),
      (end) => end === 'answered',
    );
    expect((await load.run([asked('/'), asked('/')])).latencies).to.have.length(2);
  });

  it('delivers again what the server asks to have later, and counts the wait', async () => {
    let asks = 0;
    await serve((_, reply) => {
      reply.statusCode = ++asks < 3 ? 503 : 200;
      setTimeout(() => reply.end('""'), 20);
    }, 1);
    const { latencies } = await load.run([asked('/')]);
    expect([asks, latencies.length]).to.deep.equal([3, 1]);
    expect(latencies[0]).to.be.at.least(55);
  });

  it('fails for an answer that is not the right one, and for none', async () => {
    await serve((request, reply) => {
      if (request.url === '/gone') request.socket.destroy();
      else {
        reply.statusCode = 503;
        reply.end('"not now"');
      }
    }, 1);
    const refused = await load.run([asked('/')]).then(
      () => null,
      (error: Error) => error.message,
    );
    expect(refused).to.equal('503 instead of 200: "not now"');
    const gone = await load.run([asked('/gone')]).then(
      () => null,
      (error: Error) => error.message,
    );
    expect(gone).to.match(/closed the connection|ECONNRESET/);
  });
});
