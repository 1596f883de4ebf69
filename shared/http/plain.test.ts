import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createLogger } from '../log/index.ts';
import { header, plainHttp } from './plain.ts';
import { Problem } from './problem.ts';

describe('a plain HTTP surface', () => {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger('test', 'debug', false, { write: (line: string) => void lines.push(JSON.parse(line)) });
  let server: Server;
  let url: string;
  before(async () => {
    const routes = {
      '/door': {
        POST: ({ request }: { request: Parameters<typeof header>[0] }) => ({
          status: 200,
          body: { heard: header(request, 'x-heard') },
        }),
      },
      '/read': { GET: () => ({ status: 200, body: { here: 'ü' } }) },
      '/odd': {
        GET: () => {
          throw new Problem(422, { detail: 'odd' }, { headers: { 'Retry-After': '5' } });
        },
      },
      '/broken': { GET: () => Promise.reject(new Error('the secret of the insides')) },
    };
    server = createServer(plainHttp(log, routes));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => server.close());
  beforeEach(() => void lines.splice(0));
  const ask = async (method: string, path: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(url + path, { method, headers });
    const text = await answer.text();
    return { answer, body: text === '' ? null : JSON.parse(text) };
  };

  it('answers a route as JSON, also for HEAD, with a query, a slash at the end or in capitals', async () => {
    const { answer, body } = await ask('POST', '/door', { 'X-Heard': 'yes' });
    expect([answer.status, body]).to.deep.equal([200, { heard: 'yes' }]);
    expect(answer.headers.get('content-type')).to.equal('application/json; charset=utf-8');
    expect(answer.headers.get('x-content-type-options')).to.equal('nosniff');
    expect(answer.headers.get('cache-control')).to.equal('no-store');
    for (const path of ['/read', '/read?x=/door', '/read/', '/READ'])
      expect((await ask('GET', path)).body, path).to.deep.equal({ here: 'ü' });
    const head = await ask('HEAD', '/read');
    expect([head.answer.status, head.body]).to.deep.equal([200, null]);
  });

  it('says what is not there, and what a path takes', async () => {
    const none = await ask('GET', `/no/${'x'.repeat(100)}`);
    expect(none.answer.status).to.equal(404);
    expect(none.body.detail).to.equal('there is nothing at /no/…');
    for (const path of ['/__proto__', '/constructor', '/hasOwnProperty'])
      expect((await ask('GET', path)).answer.status, path).to.equal(404);
    const wrong = await ask('DELETE', '/read');
    expect([wrong.answer.status, wrong.answer.headers.get('allow')]).to.deep.equal([405, 'GET, HEAD']);
    expect((await ask('GET', '/door')).answer.headers.get('allow')).to.equal('POST');
  });

  it('answers a problem as one, and an error without its insides, which are in the log', async () => {
    const odd = await ask('GET', '/odd', { 'X-Correlation-Id': 'mine.1' });
    expect(odd.answer.status).to.equal(422);
    expect(odd.answer.headers.get('content-type')).to.equal('application/problem+json; charset=utf-8');
    expect(odd.answer.headers.get('retry-after')).to.equal('5');
    expect(odd.body).to.include({ status: 422, detail: 'odd', correlation_id: 'mine.1' });
    const broken = await ask('GET', '/broken', { 'X-Correlation-Id': 'not one\u00e9' });
    expect(broken.answer.status).to.equal(500);
    expect(JSON.stringify(broken.body)).not.to.contain('insides');
    const id = broken.answer.headers.get('x-correlation-id');
    expect(id).to.match(/^[\w.:-]{8,}$/);
    expect(broken.body.correlation_id).to.equal(id);
    const failed = lines.filter(({ msg }) => msg === 'http: request failed');
    expect(failed.map(({ correlation_id, path }) => [correlation_id, path])).to.deep.equal([[id, '/broken']]);
    expect(JSON.stringify(failed)).to.contain('the secret of the insides');
  });
});
