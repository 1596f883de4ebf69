import { expect } from 'chai';
import { attendeeDoc, paymentDoc } from '../../../test/documents.ts';
import { driftOf, type Mailed } from './drift.ts';

const ticketed = paymentDoc(
  {},
  { pending: false, outcome: { kind: 'ticketed', reason: null, since: new Date(0) }, event_id: 1 },
);
const as = (kind: 'revoked' | 'held' | 'foreign') => ({
  ...ticketed,
  outcome: { kind, reason: null, since: new Date(0) },
});
const mail = (
  kind: Mailed['kind'],
  state: Mailed['state'] = 'sent',
  { ticket_id = 'ticket', sent_at = null, unconfirmed = 0 }: Partial<Mailed> = {},
): Mailed => ({ ticket_id, kind, state, sent_at, unconfirmed });
const sent = [mail('ticket')];

describe('what does not fit together after a crash or a restore', () => {
  it('is nothing where ticket, mail and payment fit, or somebody is at it', () => {
    expect(driftOf(ticketed, attendeeDoc(), sent)).to.equal(null);
    expect(driftOf({ ...ticketed, pending: true }, null, [])).to.equal(null);
    expect(driftOf(as('revoked'), null, [])).to.equal(null);
    const revoked = attendeeDoc({ live: false });
    expect(driftOf(as('revoked'), revoked, [...sent, mail('cancellation', 'owed')])).to.equal(null);
    expect(driftOf(as('held'), attendeeDoc(), sent)).to.equal(null);
  });

  it('is a ticketed payment that nobody has the ticket of', () => {
    expect(driftOf(ticketed, null, [])).to.equal('lost_attendee');
    expect(driftOf(ticketed, attendeeDoc({ live: false }), sent)).to.equal('no_ticket');
    expect(driftOf(ticketed, attendeeDoc({ event_id: 2 }), sent)).to.equal('no_ticket');
  });

  it('is a live ticket whose payment says otherwise', () => {
    for (const kind of ['revoked', 'foreign'] as const)
      expect(driftOf(as(kind), attendeeDoc(), sent)).to.equal('stray_ticket');
  });

  it('is a live ticket without its mail, and a revoked one that was mailed without its cancellation', () => {
    expect(driftOf(ticketed, attendeeDoc(), [])).to.equal('unmailed');
    expect(driftOf(ticketed, attendeeDoc(), [mail('ticket', 'cancelled')])).to.equal('unmailed');
    expect(driftOf(as('revoked'), attendeeDoc({ live: false }), sent)).to.equal('uncancelled');
    const again = [mail('ticket', 'cancelled', { sent_at: new Date() }), mail('ticket', 'owed', { unconfirmed: 1 })];
    for (const one of again)
      expect(driftOf(as('revoked'), attendeeDoc({ live: false }), [one])).to.equal('uncancelled');
    expect(driftOf(as('revoked'), attendeeDoc({ live: false }), [mail('ticket', 'cancelled')])).to.equal(null);
    const replaced = attendeeDoc({
      ticket: { ...attendeeDoc().ticket, id: 'new' },
      past_tickets: [attendeeDoc().ticket],
    });
    expect(driftOf(ticketed, replaced, [...sent, mail('ticket', 'sent', { ticket_id: 'new' })])).to.equal(
      'uncancelled',
    );
  });
});
