import { expect } from 'chai';
import { testServers } from '../../test/servers.ts';
import { createLogger } from '../log/index.ts';
import { idSource } from './counters.ts';
import { openStore, type Store } from './index.ts';

describe('a source of ids', () => {
  let store: Store;
  before(async function () {
    this.timeout(60_000);
    const { mongoUri } = await testServers();
    store = openStore({ uri: mongoUri(), log: createLogger('test', 'silent'), name: 'test' });
    await store.connection.asPromise();
  });
  after(async () => {
    await store?.close();
  });

  it('gives no id that is taken, also when a restore brought an older counter', async () => {
    await store.counters.create([{ _id: 'restored', n: 20 }]);
    const next = idSource(store, 'restored', 10, async () => 57);
    expect(await next()).to.equal(58);
  });

  it('gives each id once, also to those who ask at once, and over replicas', async () => {
    const replicas = [1, 2].map(() => idSource(store, 'shared', 3, async () => 0));
    const ids = await Promise.all(Array.from({ length: 20 }, (_, n) => replicas[n % 2]?.()));
    expect(new Set(ids)).to.have.property('size', 20);
  });

  it('keeps an id that is above what is asked for until it may be had', async () => {
    const next = idSource(store, 'bounded', 2, async () => 0);
    expect([await next(1), await next(1), await next(1)]).to.deep.equal([1, null, null]);
    expect([await next(2), await next(2), await next(2)]).to.deep.equal([2, null, null]);
    expect(await next()).to.equal(3);
    // What was asked for in vain took no block either.
    expect((await store.counters.findById('bounded').lean())?.n).to.equal(4);
  });
});
