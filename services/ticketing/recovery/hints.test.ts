import { expect } from 'chai';
import { coalesced } from './hints.ts';

/** A look that ends when told to. */
function slowLook() {
  const looks: { eventId: number | undefined; end: (found: number) => void }[] = [];
  const hints = coalesced(
    (eventId) =>
      new Promise((resolve) => {
        looks.push({ eventId, end: resolve });
      }),
  );
  return { looks, hints };
}

describe('hints that something held may go on', () => {
  it('are a thousand, and need two looks: the one under way and one after it', async () => {
    const { looks, hints } = slowLook();
    const answers = Array.from({ length: 1_000 }, () => hints.hint(7));
    expect(looks).to.have.length(1);
    looks[0]?.end(3);
    await answers[0];
    await new Promise(setImmediate);
    expect(looks).to.have.length(2);
    looks[1]?.end(5);
    expect((await Promise.all(answers)).filter((found) => found === 5)).to.have.length(999);
    await hints.settled();
    expect(looks).to.have.length(2);
  });

  it('do not wait for another event’s', () => {
    const { looks, hints } = slowLook();
    for (const eventId of [1, 2, undefined]) hints.hint(eventId).catch(() => undefined);
    expect(looks.map(({ eventId }) => eventId)).to.deep.equal([1, 2, undefined]);
  });

  it('look again after a look that failed', async () => {
    let looks = 0;
    const hints = coalesced(async () => {
      looks++;
      if (looks === 1) throw new Error('the store went away');
      return 1;
    });
    const [failed, next] = await Promise.allSettled([hints.hint(1), hints.hint(1)]);
    expect([failed.status, next]).to.deep.equal(['rejected', { status: 'fulfilled', value: 1 }]);
  });
});
