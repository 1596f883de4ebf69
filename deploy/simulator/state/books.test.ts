import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { testFolder } from '../../../test/servers.ts';
import { startSimulator } from '../testing/running.ts';

describe('the simulator’s books on disk', () => {
  it('are known to one that is started again, as they were, and forgotten by a reset', async () => {
    const booksFile = join(await testFolder(), 'books.jsonl');
    const shown = async (
      change: (control: Awaited<ReturnType<typeof startSimulator>>['control']) => Promise<unknown>,
    ) => {
      const running = await startSimulator({ booksFile });
      await change(running.control);
      const payments = await running.control<{ id: string }[]>('/payments');
      await running.close();
      return payments;
    };
    const before = await shown(async (control) => {
      const refunded = await control<{ id: string }>('/payments', { amount: 100, order_notes: { a: '1' } });
      await control(`/payments/${refunded.id}/refund`, { amount: 40 });
      const disputed = await control<{ id: string }>('/payments', { amount: 200, qr_code: true });
      await control(`/payments/${disputed.id}/dispute`, {});
      const forgotten = await control<{ id: string }>('/payments', { amount: 300 });
      await control(`/payments/${forgotten.id}/forget`, {});
    });
    expect(before).to.have.length(2);
    // It was killed amid a line.
    appendFileSync(booksFile, '{"of":"payments","put":{"id"');
    expect(await shown(async () => undefined)).to.deep.equal(before);
    expect(readFileSync(booksFile, 'utf8').split('\n'), 'each entity once').to.have.length(7);
    const more = await shown((control) => control('/payments', { amount: 400 }));
    expect(more).to.have.length(3);
    expect(await shown((control) => control('/reset', {}))).to.deep.equal([]);
    expect(await shown(async () => undefined)).to.deep.equal([]);
  });
});
