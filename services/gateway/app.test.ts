import { expect } from 'chai';
import { openParts } from '../../shared/service/parts.ts';
import { startPrivateMongo } from '../../test/servers.ts';
import { startGateway } from './app.ts';
import { read, startTestGateway } from './testing/start.ts';

describe('the gateway without its store', () => {
  it('listens, says what is missing, and is there by itself once the store is', async () => {
    const mongo = await startPrivateMongo();
    const gateway = await startTestGateway({ env: { MONGODB_URI: mongo.url } });
    let again: Awaited<ReturnType<typeof startGateway>> | undefined;
    try {
      const token = await gateway.token('admin');
      const port = Number(new URL(mongo.url).port);
      await mongo.stop();

      const health = await gateway.ask(null, 'GET', '/health');
      expect(health.status).to.equal(200);
      expect(health.body).to.include({ status: 'degraded', store: 'down' });
      const refused = await gateway.ask('admin', 'GET', '/api/events');
      expect(refused.status, 'not a 401: the token may well be right').to.equal(503);
      expect(refused.headers.get('content-type')).to.contain('problem+json');
      expect(refused.headers.get('retry-after')).to.match(/^\d+$/);

      again = await startGateway(gateway.config, openParts('gateway', gateway.config));
      const ready = () => fetch(`http://127.0.0.1:${again?.opsPort}/readyz`);
      expect((await ready()).status).to.equal(503);
      expect((await fetch(`http://127.0.0.1:${again.port}/health`)).status).to.equal(200);

      await startPrivateMongo({ dir: mongo.dir, port });
      await again.usersReady;
      const me = await read(
        await fetch(`http://127.0.0.1:${again.port}/api/auth/me`, { headers: { Authorization: `Bearer ${token}` } }),
      );
      expect(me.status, 'signed in at one replica, known at the other').to.equal(200);
    } finally {
      await again?.stop();
      await gateway.stop();
    }
  });
});
