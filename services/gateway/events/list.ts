/** A page of the events that a user may see, by id. */
import type { z } from 'zod';
import type { EventDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { eventScope, type Viewer } from '../auth/scope.ts';
import { after, decodeCursor, type Order, page, sortOf } from '../http/paging.ts';
import type { Call } from '../http/route.ts';
import { presentEvents } from './present.ts';
import type { eventAnswer } from './schema.ts';

const ORDER: Order = { ids: 'number', direction: 1 };

export async function pageOfEvents(
  store: Store,
  user: Viewer,
  filter: Record<string, unknown>,
  { query, asked }: { query: { limit: number; cursor?: string | undefined }; asked: Call['asked'] },
): Promise<{ status: 200; body: z.input<typeof eventAnswer>[]; headers: Record<string, string> }> {
  const found = await store.events
    .find({ $and: [eventScope(user), filter, after(decodeCursor(query.cursor, ORDER), ORDER)] })
    .sort(sortOf(ORDER))
    .limit(query.limit + 1)
    .lean<EventDoc[]>();
  const { rows, headers } = page(found, query.limit, (event) => ({ key: null, id: event._id }), asked);
  return { status: 200, body: await presentEvents(store, rows), headers };
}
