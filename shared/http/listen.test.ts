import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { listen, PATIENCE } from './listen.ts';

describe('a slow sender', () => {
  const QUICK = { headersMs: 200, requestMs: 400, lookEveryMs: 50 };

  it('is cut off: its headers and its body have a bound, and its connection does not outlive it', async () => {
    const handler = (request: { resume(): void }) => request.resume();
    const { port, close } = await listen(handler, 0, '127.0.0.1', 'test', QUICK);
    const starts = ['GET / HTTP/1.1\r\nHost: x\r\nX-', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\na'];
    const answers = await Promise.all(
      starts.map(async (start) => {
        const socket = connect(port, '127.0.0.1');
        let got = '';
        socket.on('data', (chunk: Buffer) => {
          got += chunk.toString();
        });
        socket.on('error', () => undefined);
        socket.write(start);
        await once(socket, 'close');
        return got.split('\r\n')[0];
      }),
    );
    expect(answers).to.deep.equal(['HTTP/1.1 408 Request Timeout', 'HTTP/1.1 408 Request Timeout']);
    await close();
  });

  it('has half a minute in the services, and is looked for often enough for that to be true', async () => {
    const { server, close } = await listen((_, response) => response.end(), 0, '127.0.0.1', 'test');
    expect([server.headersTimeout, server.requestTimeout]).to.deep.equal([10_000, 30_000]);
    expect(PATIENCE.lookEveryMs).to.be.at.most(5_000);
    await close();
  });
});
