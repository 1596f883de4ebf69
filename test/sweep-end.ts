/** The gateway waits for a sweep for 25 s; a long one goes on, and is waited for here. */
import { type Answer, type Json, until, type World } from './world.ts';

const WITHIN_MS = 900_000;

/** @param answer to `POST /api/payments/sync`. @returns it, or how the sweep ended in the same words */
export async function sweepEnd(world: World, { status, body }: Answer): Promise<Json> {
  if (status !== 202) return body;
  const { state, error } = await until(
    async () => (await world.api('GET', `/api/sweeps/${body.sweep_id}`)).body,
    (sweep) => sweep.state !== 'running',
    'the end of a sweep',
    WITHIN_MS,
  );
  const complete = state === 'complete';
  return { ...body, success: complete, complete, state, error };
}
