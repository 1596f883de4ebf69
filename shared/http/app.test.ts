import { Writable } from 'node:stream';
import { expect } from 'chai';
import pino from 'pino';
import { createHttpApp } from './app.ts';
import { listen } from './listen.ts';

describe('the log of requests', () => {
  it('says where it failed, by ids too, but holds no ticket that stands in a path', async () => {
    let printed = '';
    const lines = new Writable({
      write(chunk, _encoding, done) {
        printed += chunk;
        done();
      },
    });
    const app = createHttpApp(pino({ level: 'trace' }, lines));
    app.use(() => {
      throw new Error('broken');
    });
    const server = await listen(app.callback(), 0, '127.0.0.1', 'test');
    try {
      const ticket = `eyJhbGciOiJFZERTQSJ9.${'x'.repeat(60)}.${'y'.repeat(86)}`;
      for (const path of [`/ticket/${ticket}/event.ics`, `/ticket/${ticket.replaceAll('.', '%2E')}?a=${ticket}`])
        expect((await fetch(`http://127.0.0.1:${server.port}${path}`)).status).to.equal(500);
      await fetch(`http://127.0.0.1:${server.port}/api/payments/pay_AAAAAAAAAAAAAA`);
    } finally {
      await server.close();
    }
    expect(printed).to.contain('"/ticket/…/event.ics"').and.contain('"/api/payments/pay_AAAAAAAAAAAAAA"');
    expect(printed).not.to.contain('x'.repeat(30)).and.not.contain('y'.repeat(30));
  });
});
