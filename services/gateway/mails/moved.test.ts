/** A student whose payment was moved to another club's event: what the old one keeps tells nothing of them any more. */
import { expect } from 'chai';
import { attendee, event, ticketMail } from '../testing/documents.ts';
import { startTestGateway, type TestGateway } from '../testing/start.ts';

describe('mails and conflicts of somebody who was moved to another event', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
    const { events, attendees, mails, conflicts } = gateway.store;
    const moved = attendee(2, { event_id: 2, email: 'new@example.edu' });
    await events.insertMany([event(1), event(2, { club_id: 7, staff: [] })]);
    await attendees.insertMany([attendee(1, { email: 'here@example.edu' }), moved]);
    await mails.insertMany([1, 2].map((n) => ticketMail(n, { event_id: 1, to: `sent-${n}@example.edu` })));
    const at = new Date();
    const scan = { event_id: 1, ticket_id: null, reason: 'revoked', scanned_at: at, uploaded_at: at, nonce: 'n' };
    const door = { gate: null, device: null, by: 'gate1', first: null };
    await conflicts.insertMany([1, 2].map((n) => ({ _id: `c${n}`, attendee_id: n, ...scan, ...door })));
  });
  after(() => gateway.stop());

  it('name nobody but those who are still there', async () => {
    const mails = await gateway.ask('organizer', 'GET', '/api/mails?event_id=1');
    const shown = mails.body.map(({ attendee: { id, name, email } }: { attendee: Record<string, unknown> }) => [
      ...[id, name, email],
    ]);
    expect(shown).to.have.deep.members([
      [1, 'Asha Rao', 'here@example.edu'],
      [2, null, 'sent-2@example.edu'],
    ]);
    const { body } = await gateway.ask('organizer', 'GET', '/api/events/1/conflicts');
    const told = body.map((one: Record<string, unknown>) => [one.attendee_id, one.name, one.roll_number]);
    expect(told).to.have.deep.members([
      [1, 'Asha Rao', 'R1'],
      [2, null, null],
    ]);
  });
});
