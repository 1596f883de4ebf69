/** Messages that could not be handled: why, and handling them again. */
import { z } from 'zod';
import { DEAD_LETTER_STATES } from '../../../../shared/store/documents.ts';
import { listDeadLetters } from '../../routes/dead-letters/list.ts';
import { replayDeadLetter } from '../../routes/dead-letters/replay.ts';
import { replayDeadLetters } from '../../routes/dead-letters/replay-all.ts';
import type { deadLetterAnswer } from '../../routes/dead-letters/schema.ts';
import { choices } from '../choices.ts';
import { action, goTo, page } from '../page.ts';
import { answerOf } from '../route-answer.ts';

export const deadLettersPage = page({
  path: '/dead-letters',
  access: ['admin'],
  title: 'Dead letters',
  view: 'system/dead-letters',
  nav: { label: 'Dead letters', icon: 'dead', group: 'system', order: 1 },
  query: z.strictObject({
    state: z.enum(DEAD_LETTER_STATES).optional(),
    cursor: z.string().max(500).optional(),
  }),
  async handle(call) {
    const { body, next } = await answerOf<z.input<typeof deadLetterAnswer>[]>(listDeadLetters, call, {
      query: { ...call.query, limit: '50' },
    });
    return {
      next,
      letters: body,
      states: choices(DEAD_LETTER_STATES, call.query.state),
      dead: body.some(({ state }) => state === 'dead'),
      filtered: call.query.state !== undefined,
    };
  },
});

export const replayOne = action({
  path: '/dead-letters/{id}/replay',
  access: ['admin'],
  params: z.strictObject({ id: z.string().max(300) }),
  back: '/dead-letters',
  async handle(call) {
    await answerOf(replayDeadLetter, call, { params: call.params });
    return goTo(call.cameFrom ?? '/dead-letters', { tone: 'good', text: 'It is handled.' });
  },
});

export const replayAll = action({
  path: '/dead-letters',
  access: ['admin'],
  back: '/dead-letters',
  async handle(call) {
    const { body } = await answerOf<{ replayed: number; failed: number; remaining: number; reason: string | null }>(
      replayDeadLetters,
      call,
      { body: {} },
    );
    const failed = body.failed === 0 ? '' : ` ${body.failed} failed again: ${body.reason}.`;
    const left = body.remaining === 0 ? '' : ` ${body.remaining} are left; do it once more.`;
    return goTo('/dead-letters', {
      tone: body.failed === 0 ? 'good' : 'bad',
      text: `${body.replayed} handled.${failed}${left}`,
    });
  },
});
