import { expect } from 'chai';
import { story } from './story.ts';

describe('a payment’s story', () => {
  it('tells when a door without network let them in, and not only when it told so', () => {
    const step = (facts: Record<string, unknown>) =>
      story([{ at: '2026-11-21T12:55:00.000Z', action: 'checkin.accepted', actor: 'gate1', facts }])[0]?.text;
    expect(step({ reason: 'ok' })).to.equal('Checked in at the door');
    expect(step({ reason: 'ok', offline: true, scanned_at: '2026-11-21T12:41:09.000Z' })).to.equal(
      'Checked in at a door without network: 21 Nov, 18:11',
    );
  });
});
