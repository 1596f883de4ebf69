import { expect } from 'chai';
import { startPrivateNats, testServers } from '../../test/servers.ts';
import { until } from '../../test/until.ts';
import { commonSettings } from '../config/common.ts';
import { loadConfig } from '../config/index.ts';
import { createLogger } from '../log/index.ts';
import { openParts } from './parts.ts';

/** Nobody listens there. */
const NOWHERE = '127.0.0.1:1';

describe('what every service is made of', () => {
  /** Opens all of it; `reached` tells what a scrape says. */
  async function opened(mongoUri: string, natsUrl: string) {
    const config = loadConfig(commonSettings, { MONGODB_URI: mongoUri, NATS_URL: natsUrl });
    const parts = openParts('gateway', config, createLogger('test', 'silent'));
    const ops = await parts.serveOps(0);
    return {
      async reached() {
        const text = await (await fetch(`http://127.0.0.1:${ops.port}/metrics`)).text();
        return [...text.matchAll(/^qrflow_reachable\{part="(\w+)".*\} (\d)$/gm)].map(([, part, is]) => `${part} ${is}`);
      },
      async close() {
        await parts.close();
        await ops.close();
      },
    };
  }

  it('tells whoever scrapes it whether store and bus can be reached', async () => {
    const [{ mongoUri }, nats] = await Promise.all([testServers(), startPrivateNats()]);
    const { reached, close } = await opened(mongoUri(), nats.url);
    try {
      await until(reached, (both) => both.join() === 'store 1,bus 1', 'both reached');
      await nats.stop();
      expect(await reached()).to.deep.equal(['store 1', 'bus 0']);
    } finally {
      await close();
    }
  });

  it('answers a scrape also where it reaches neither', async () => {
    const { reached, close } = await opened(`mongodb://${NOWHERE}/qrflow`, `nats://${NOWHERE}`);
    try {
      expect(await reached()).to.deep.equal(['store 0', 'bus 0']);
    } finally {
      await close();
    }
  });
});
