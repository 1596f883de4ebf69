/** Whether the store can be reached, asked at most once in a while: workers look here before they take anything. */
import type { Store } from '../../shared/store/index.ts';

const GOOD_FOR_MS = 1_000;
const BAD_FOR_MS = 500;

export function storeGate(store: Store): () => Promise<boolean> {
  let asked = Number.NEGATIVE_INFINITY;
  let reachable = false;
  let asking: Promise<boolean> | undefined;
  return async () => {
    if (performance.now() - asked < (reachable ? GOOD_FOR_MS : BAD_FOR_MS)) return reachable;
    asking ??= store.ping().then((pong) => {
      reachable = pong;
      asked = performance.now();
      asking = undefined;
      return pong;
    });
    return asking;
  };
}
