import type { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { createLogger } from '../../../shared/log/index.ts';
import { liveStream } from './live.ts';

describe('a live page', () => {
  const stopping = new AbortController();
  const log = createLogger('test', 'silent');

  it('says what changed, and ends with its session', async () => {
    const shown = ['<p>1</p>', '<p>1</p>', '<p>2</p>'];
    const live = liveStream({
      everyMs: 1,
      read: async () => shown.shift() ?? 'never',
      signedIn: async () => shown.length > 0,
      signal: stopping.signal,
      log,
    });
    expect(live.type).to.equal('text/event-stream');
    const said = await text(live.body as PassThrough);
    expect(said.split('\n\n')).to.deep.equal(['retry: 3000', 'data: "<p>1</p>"', 'data: "<p>2</p>"', '']);
  });

  it('that ends while it is read says no more', async () => {
    const ending = new AbortController();
    const live = liveStream({
      everyMs: 1,
      read: async () => {
        ending.abort();
        return '<p>late</p>';
      },
      signedIn: async () => true,
      signal: ending.signal,
      log,
    });
    expect(await text(live.body as PassThrough)).to.equal('retry: 3000\n\n');
  });

  it('ends with the gateway', async () => {
    const live = liveStream({
      everyMs: 1,
      read: async () => '',
      signedIn: async () => true,
      signal: stopping.signal,
      log,
    });
    stopping.abort();
    await text(live.body as PassThrough);
  });
});
