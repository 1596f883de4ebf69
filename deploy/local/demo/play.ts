/** Opens the stage on a running stack, plays the story, and checks how it ended. */
import { createLogger } from '../../../shared/log/index.ts';
import { openStore } from '../../../shared/store/index.ts';
import type { StackInfo } from '../stack/info.ts';
import { checkPromises, type Held } from './checks/promises.ts';
import { openGateway } from './gateway.ts';
import { openInbox } from './inbox.ts';
import type { Progress } from './progress.ts';
import { razorpayControls } from './razorpay.ts';
import { STORY } from './story.ts';
import { type Counts, countAll } from './summary.ts';
import { type Check, openWorld } from './world.ts';

export interface Ending {
  readonly checks: readonly Check[];
  readonly held: ReadonlyMap<string, Held>;
  readonly counts: Counts;
}

export const STEPS = STORY.length + 1;

/** @throws what the first request that nothing explains throws; a promise that is broken is a check that failed */
export async function play(info: StackInfo, progress: Progress, signal: AbortSignal): Promise<Ending> {
  const store = openStore({ uri: info.mongodb, log: createLogger('demo', 'silent', false), name: 'qrflow-demo' });
  try {
    await store.connection.asPromise();
    const world = openWorld({
      info,
      store,
      signal,
      gateway: await openGateway(info.gateway, info.admin),
      razorpay: razorpayControls(info.razorpay),
      inbox: openInbox(info.mail),
    });
    for (const step of STORY) {
      progress.step(step.title);
      await step.play(world);
    }
    progress.step('Checking the promises against the store, the inbox and the gate');
    const held = await checkPromises(world);
    return { checks: world.checks, held, counts: await countAll(world) };
  } finally {
    await store.close();
  }
}
