/** Whether the gateway knows the key that tickets are signed with. If not, no ticket of now opens a door, and all else is well. */
import { setTimeout } from 'node:timers/promises';
import { saidSigner } from '../../../shared/ticket/signer.ts';
import type { Gateway } from '../gateway.ts';

export interface SigningKey {
  /** Null: ticketing has not said it yet. */
  kid: string | null;
  known: boolean;
}

export async function signingKey({ store, doorKeys }: Pick<Gateway, 'store' | 'doorKeys'>): Promise<SigningKey> {
  const said = await saidSigner(store);
  return { kid: said, known: doorKeys.some(({ kid }) => kid === said) };
}

const EVERY_MS = 30_000;

type Watched = Pick<Gateway, 'store' | 'doorKeys' | 'log' | 'metrics'>;

/** Measures it, and says each change once. No reason to stop: a new key is rolled out replica by replica. */
export async function watchSigningKey(gateway: Watched, stopping: AbortSignal, everyMs = EVERY_MS): Promise<void> {
  const { log, metrics, doorKeys } = gateway;
  let missing: string | null = null;
  while (!stopping.aborted) {
    // A store that is away is told elsewhere; what was known of the key still holds.
    const found = await signingKey(gateway).catch(() => null);
    if (found) {
      const now = found.known ? null : found.kid;
      metrics.signingKeyUnknown.set(now === null ? 0 : 1);
      if (now !== null && now !== missing)
        log.error(
          { kid: now, known: doorKeys.map(({ kid }) => kid) },
          'tickets: signed with a key that is not in TICKET_PUBLIC_KEYS, doors refuse them',
        );
      if (now === null && missing !== null) log.info('tickets: the key that they are signed with is known again');
      missing = now;
    }
    await setTimeout(everyMs, undefined, { signal: stopping, ref: false }).catch(() => undefined);
  }
}
