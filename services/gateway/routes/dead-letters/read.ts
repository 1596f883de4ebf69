import { z } from 'zod';
import { Problem } from '../../../../shared/http/problem.ts';
import type { DeadLetterDoc } from '../../../../shared/store/documents.ts';
import type { Store } from '../../../../shared/store/index.ts';
import { route } from '../../http/route.ts';
import { deadLetterAnswer, deadLetterExample, presentDeadLetter, SHOWN } from './schema.ts';

export const letterId = z
  .string()
  .min(1)
  .max(200)
  .meta({ description: 'As the list shows it.', examples: [deadLetterExample.id] });

/** @throws Problem 404 */
export async function loadDeadLetter({ deadLetters }: Pick<Store, 'deadLetters'>, id: string) {
  const letter = await deadLetters.findById(id, SHOWN).lean<DeadLetterDoc>();
  if (!letter) throw new Problem(404, { detail: 'there is no such dead letter' });
  return presentDeadLetter(letter);
}

export const readDeadLetter = route({
  id: 'readDeadLetter',
  method: 'GET',
  path: '/api/admin/dead-letters/{id}',
  tag: 'dead letters',
  summary: 'One message that could not be handled',
  access: ['admin'],
  params: z.strictObject({ id: letterId }),
  answers: {
    200: { description: 'The letter, with its replays.', schema: deadLetterAnswer, example: deadLetterExample },
  },
  handle: async ({ params: { id }, gateway: { store } }) => ({ status: 200, body: await loadDeadLetter(store, id) }),
});
