/**
 * Which key tickets are signed with, said through the store: ticketing alone has it, and a gateway that does not know its
 * other half refuses each ticket at the door, where it is first noticed. Only the key's id is told.
 */
import type { Store } from '../store/index.ts';

const BINDING = 'signing';

/** Of replicas that differ, as while a new key is rolled out, the last to say it counts. Nothing is written twice. */
export async function saySigner(store: Pick<Store, 'bindings'>, kid: string): Promise<void> {
  if ((await saidSigner(store)) === kid) return;
  await store.bindings.updateOne({ _id: BINDING }, { $set: { kid } }, { upsert: true });
}

/** Null: nobody has said it yet. */
export async function saidSigner({ bindings }: Pick<Store, 'bindings'>): Promise<string | null> {
  return (await bindings.findById(BINDING, { kid: 1 }).lean())?.kid ?? null;
}
