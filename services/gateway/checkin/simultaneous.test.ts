/** Whatever happens to tickets at the same moment at several gates: each was let in at most once at any time. */
import { expect } from 'chai';
import fc from 'fast-check';
import { scaled } from '../../../test/profile.ts';
import { startGate, type TestGate } from '../testing/gate.ts';

const seed = Number.parseInt(process.env.TEST_SEED ?? '1', 36) | 0;
const GATES = ['North', 'South', 'West'];

interface Step {
  what: 'scan' | 'repeat' | 'by hand' | 'upload' | 'refund';
  ticket: number;
  gate: number;
}
const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom('scan', 'scan', 'repeat', 'by hand', 'upload', 'refund'),
  ticket: fc.nat(2),
  gate: fc.nat(2),
});

describe('of any number of check-ins of one ticket at the same moment', () => {
  let gate: TestGate;
  before(async () => {
    gate = await startGate();
    await gate.open(1);
  });
  after(() => gate.stop());

  it('exactly one succeeds, a refund leaves none, and the others learn when, where and by whom', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 24 }), async (steps) => {
        const id = ++run;
        const tickets = await Promise.all([0, 1, 2].map(() => gate.ticket()));
        const answers = await Promise.all(
          steps.map(async ({ what, ticket: which, gate: where }, i) => {
            const { n, token } = tickets[which] as (typeof tickets)[number];
            const name = GATES[where] as string;
            // Repeats of a ticket at a gate are one and the same scan.
            const nonce = what === 'repeat' ? `repeat-${id}-${which}-${where}` : `scan-${id}-${i}`;
            if (what === 'refund') {
              const end = { live: false, 'ticket.revoked_at': new Date(), 'ticket.revoked_reason': 'refunded' };
              await gate.store.attendees.updateOne({ _id: n, checked_in_at: null }, { $set: end });
              return null;
            }
            const at = new Date().toISOString();
            const { body } =
              what === 'upload'
                ? await gate.ask('staff', 'POST', '/api/checkin/upload', {
                    ...{ event_id: 1, gate: name, scans: [{ qr_token: token, at, nonce }] },
                  })
                : what === 'by hand'
                  ? await gate.ask('staff', 'POST', `/api/attendees/${n}/checkin-manual`, { gate: name, nonce })
                  : await gate.scan(token, { gate: name, nonce });
            const told = what === 'upload' ? { ...body[0], ...(body[0].first ?? {}) } : body;
            return { which, nonce, let_in: (told.reason ?? 'none') === 'ok', reason: told.reason, gate: told.gate };
          }),
        );
        for (const [which, { n }] of tickets.entries()) {
          const stored = await gate.store.attendees.findById(n).lean();
          const mine = answers.filter((one) => one !== null && one.which === which);
          const scans = new Set(mine.filter((one) => one?.let_in).map((one) => one?.nonce));
          expect(scans.size, 'different scans that were let in').to.equal(stored?.checked_in_at ? 1 : 0);
          expect(stored?.checked_in_at !== null && stored?.live === false, 'in and refunded').to.equal(false);
          for (const one of mine)
            if (!one?.let_in) {
              expect(one?.reason).to.equal(stored?.live ? 'already_checked_in' : 'refunded');
              if (stored?.live) expect(one?.gate).to.equal(stored.checked_in_gate);
            }
          const accepted = await gate.store.activities.countDocuments({ attendee_id: n, action: 'checkin.accepted' });
          expect(accepted, 'in the audit trail').to.equal(scans.size);
        }
      }),
      { seed, numRuns: scaled({ quick: 12, long: 300 }), endOnFailure: true },
    );
  }).timeout(240_000);
});
