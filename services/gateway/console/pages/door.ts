/** An event's door: who came in where, and whom a gate without network let in though it should not have. */
import { z } from 'zod';
import type { GateCount } from '../../checkin/gates.ts';
import { doorEvent } from '../../checkin/visible.ts';
import { presentEvent } from '../../events/present.ts';
import { type ConflictAnswer, listConflicts } from '../../routes/checkin/conflicts.ts';
import { listGates } from '../../routes/checkin/gates.ts';
import { smallId } from '../../routes/ids.ts';
import { page } from '../page.ts';
import { answerOf } from '../route-answer.ts';

const ROWS = '50';

export const doorPage = page({
  path: '/events/{id}/door',
  access: 'any',
  title: 'At the door',
  view: 'events/door',
  params: z.strictObject({ id: smallId('event') }),
  query: z.strictObject({ cursor: z.string().max(500).optional() }),
  async handle(call) {
    const { params, gateway, user } = call;
    const event = await doorEvent(gateway, user, params.id);
    const asked = { params: { id: String(params.id) } };
    const [about, gates, conflicts] = await Promise.all([
      presentEvent(gateway.store, event),
      answerOf<GateCount[]>(listGates, call, asked),
      answerOf<ConflictAnswer[]>(listConflicts, call, { ...asked, query: { ...call.query, limit: ROWS } }),
    ]);
    return {
      title: `At the door: ${event.name}`,
      event: about,
      gates: gates.body,
      conflicts: conflicts.body,
      next: conflicts.next,
    };
  },
});
