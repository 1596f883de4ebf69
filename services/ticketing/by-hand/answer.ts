/** What the gateway asks for people at the desk: tickets given, corrected, shown and taken away by hand. */
import type { KeyObject } from 'node:crypto';
import { type Bus, RequestFailed } from '../../../shared/bus/index.ts';
import { answer } from '../../../shared/bus/requests.ts';
import { redactOnRequest } from '../redact/on-request.ts';
import type { SettleTools } from '../settle/settle.ts';
import { admit } from './admit.ts';
import { correct } from './correct.ts';
import { revokeByHand } from './revoke.ts';
import { showTicket } from './show.ts';

/** `whole`: whoever was ticketed has a seat; before that, as right after a restore, none is given to others. */
export function answerByHand(bus: Bus, tools: SettleTools, signingKey: KeyObject, whole: () => boolean): void {
  answer(bus, 'ticketing.admit', async ({ event_id, people, requested_by }, correlationId) => {
    if (!whole()) throw new RequestFailed(503, 'ticketing has just started and looks after its seats first');
    return { people: await admit(tools, event_id, people, { by: requested_by, correlationId }) };
  });
  answer(bus, 'ticketing.correct', ({ attendee_id, changes, requested_by }, correlationId) =>
    correct(tools, attendee_id, changes, { by: requested_by, correlationId }),
  );
  answer(bus, 'ticketing.redact', (question, correlationId) => redactOnRequest(tools, question, correlationId));
  answer(bus, 'ticketing.show', async ({ attendee_id, requested_by }, correlationId) => ({
    token: await showTicket(tools.store, signingKey, attendee_id, { by: requested_by, correlationId }),
  }));
  answer(bus, 'ticketing.revoke', ({ attendee_id, requested_by }, correlationId) =>
    revokeByHand(tools, attendee_id, { by: requested_by, correlationId }),
  );
}
