/** One gateway for all paths that ask it: its database, an event for each path, and the administrator's token. */

import { event } from '../../services/gateway/testing/documents.ts';
import type { Store } from '../../shared/store/index.ts';
import { openFilled } from '../load/filled.ts';
import { signIn } from '../load/sign-in.ts';
import type { Service, Stage } from '../process/stage.ts';

export const EVENTS = { list: 1, checkIn: 2 };

export interface SharedGateway {
  gateway: Service;
  database: string;
  store: Store;
  headers: Record<string, string>;
}

export const sharedGateway = (stage: Stage): Promise<SharedGateway> =>
  stage.once('gateway', async () => {
    const database = stage.database();
    const store = await openFilled(database);
    stage.atEnd(() => store.close());
    await store.events.create(Object.values(EVENTS).map((id) => event(id)));
    const gateway = await stage.service('gateway', database);
    const headers = { Authorization: `Bearer ${await signIn(gateway, stage)}`, 'Content-Type': 'application/json' };
    return { gateway, database, store, headers };
  });
