import { z } from 'zod';
import { Problem } from '../../../../shared/http/problem.ts';
import { route } from '../../http/route.ts';
import { letterId, loadDeadLetter } from './read.ts';
import { askReplay, deadLetterAnswer, deadLetterExample, REPLAY_PROBLEMS } from './schema.ts';

export const replayDeadLetter = route({
  id: 'replayDeadLetter',
  method: 'POST',
  path: '/api/admin/dead-letters/{id}/replay',
  tag: 'dead letters',
  summary: 'Handle a dead letter again',
  description:
    'Handles it now and answers how it went. One that was replayed already is left as it is. What fails again stays a dead letter, with its history.',
  access: ['admin'],
  params: z.strictObject({ id: letterId }),
  answers: {
    200: {
      description: 'It is handled.',
      schema: deadLetterAnswer,
      example: {
        ...deadLetterExample,
        state: 'replayed',
        replays: [
          { at: '2026-11-18T12:00:00.000Z', by: 'admin', handled: true, reason: null, correlation_id: 'a1b2c3' },
        ],
      },
    },
  },
  problems: { 404: 'There is no such dead letter.', 422: 'It failed again; `reason` says why.', ...REPLAY_PROBLEMS },
  async handle(call) {
    const { id } = call.params;
    const { failed, reason } = await askReplay(call, { id });
    if (failed > 0) throw new Problem(422, { detail: `it failed again: ${reason}`, reason });
    return { status: 200, body: await loadDeadLetter(call.gateway.store, id) };
  },
});
