import { expect } from 'chai';
import { createRegistry } from './index.ts';
import { measureReach, type Reached } from './reach.ts';

describe('whether store and bus can be reached', () => {
  const told = async (ready: () => Promise<Reached>, withinMs?: number) => {
    const registry = createRegistry('test');
    const { values } = await measureReach(registry, ready, withinMs).get();
    return Object.fromEntries(values.map(({ labels, value }) => [labels.part, value]));
  };

  it('is asked anew at each scrape', async () => {
    const registry = createRegistry('test');
    let ready = { store: true, bus: true };
    measureReach(registry, async () => ready);
    expect(await registry.metrics()).to.match(/qrflow_reachable\{part="store",service="test"\} 1\n/);
    ready = { store: false, bus: true };
    const text = await registry.metrics();
    expect(text).to.match(/qrflow_reachable\{part="store",service="test"\} 0\n/);
    expect(text).to.match(/qrflow_reachable\{part="bus",service="test"\} 1\n/);
  });

  it('is no for both where the check fails or does not end, and the scrape goes on', async () => {
    const neither = { store: 0, bus: 0 };
    expect(await told(() => Promise.reject(new Error('no')))).to.deep.equal(neither);
    expect(await told(() => new Promise(() => undefined), 5)).to.deep.equal(neither);
  });
});
