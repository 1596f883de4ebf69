/** A page of users by id. */
import type { UserDoc } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { after, decodeCursor, type Order, page, sortOf } from '../http/paging.ts';
import type { Call } from '../http/route.ts';
import { presentUsers, type UserAnswer } from './present-user.ts';

const ORDER: Order = { ids: 'number', direction: 1 };

export async function pageOfUsers(
  store: Store,
  filter: Record<string, unknown>,
  { query, asked }: { query: { limit: number; cursor?: string | undefined }; asked: Call['asked'] },
): Promise<{ status: 200; body: UserAnswer[]; headers: Record<string, string> }> {
  const found = await store.users
    .find({ $and: [filter, after(decodeCursor(query.cursor, ORDER), ORDER)] })
    .sort(sortOf(ORDER))
    .limit(query.limit + 1)
    .lean<UserDoc[]>();
  const { rows, headers } = page(found, query.limit, (user) => ({ key: null, id: user._id }), asked);
  return { status: 200, body: await presentUsers(store, rows), headers };
}
