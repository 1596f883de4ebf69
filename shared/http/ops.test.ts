import { request } from 'node:http';
import { expect } from 'chai';
import { createRegistry } from '../metrics/index.ts';
import { type Listening, listen } from './listen.ts';
import { opsHandler } from './ops.ts';

const TOKEN = 'a metrics token of 32 characters';

describe('the ops port', () => {
  let ready = { store: true, bus: true };
  let server: Listening;
  before(async () => {
    const registry = createRegistry('gateway');
    server = await listen(opsHandler({ registry, ready: async () => ready, token: TOKEN }), 0, '127.0.0.1', 'ops');
  });
  after(() => server.close());

  const ask = (path: string, { method = 'GET', authorization }: { method?: string; authorization?: string } = {}) =>
    new Promise<{ status: number | undefined; headers: Record<string, unknown>; body: string }>((resolve, reject) => {
      const headers = { 'X-Mark': 'reflect me', ...(authorization !== undefined && { authorization }) };
      const asked = request({ port: server.port, host: '127.0.0.1', path, method, headers }, (response) => {
        let body = '';
        response.on('data', (chunk) => {
          body += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
      });
      asked.on('error', reject).end();
    });

  it('tells metrics only to who has the token, and health to everybody', async () => {
    for (const authorization of [undefined, '', TOKEN, 'Bearer', `Bearer ${TOKEN}x`, `bearer ${TOKEN}`]) {
      const { status, body } = await ask('/metrics', authorization === undefined ? {} : { authorization });
      expect(status, authorization).to.equal(401);
      expect(body).not.to.include('process_cpu');
    }
    expect((await ask('/metrics', { authorization: `Bearer ${TOKEN}` })).body).to.include('process_cpu');
    expect((await ask('/healthz')).status).to.equal(200);
    ready = { store: true, bus: false };
    const waiting = await ask('/readyz');
    expect(waiting.status).to.equal(503);
    expect(JSON.parse(waiting.body)).to.deep.equal({ status: 'waiting', store: true, bus: false });
  });

  it('takes GET and HEAD, nothing else, and reflects nothing', async () => {
    expect((await ask('/healthz', { method: 'HEAD' })).status).to.equal(200);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PATCH'])
      for (const path of ['/healthz', '/readyz', '/metrics', '/nothing']) {
        const { status, headers, body } = await ask(path, { method, authorization: `Bearer ${TOKEN}` });
        expect(status, `${method} ${path}`).to.equal(405);
        expect(headers.allow).to.equal('GET, HEAD');
        expect(body).not.to.match(/reflect me|process_cpu/);
      }
  });

  it('says what its answers are, lets nobody keep them, and does not say what it runs on', async () => {
    for (const path of ['/healthz', '/readyz', '/metrics', '/nothing']) {
      const { headers } = await ask(path, { authorization: `Bearer ${TOKEN}` });
      expect(headers['content-type'], path).to.match(/^(application\/json|text\/plain; .*charset=utf-8)/);
      expect(headers, path).to.include({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
      expect(headers, path).to.not.have.any.keys('server', 'x-powered-by');
    }
  });
});
