import { expect } from 'chai';
import { type HealthFacts, healthWords } from './health-words.ts';

const NOW = new Date('2026-11-25T10:00:00Z');
const ago = (minutes: number) => new Date(NOW.getTime() - minutes * 60_000);
const GOOD: HealthFacts = {
  webhook: { last: ago(3), byWebhook: 12, late: 0 },
  sweep: { lastComplete: ago(11), next: ago(-19), failures: 0, error: null, watermark: 1, running: false },
  mail: { resting: 0, error: null, oldestOwed: null },
  settling: { pending: 0, oldest: null },
  signing: { kid: '0a1b2c3d', known: true },
  bus: true,
  storeMs: 4,
};
const word = (part: string, change: Partial<HealthFacts>) =>
  healthWords({ ...GOOD, ...change }, NOW).find((one) => one.part === part);

describe('how the machinery is, in words', () => {
  it('is all good while all is good, and says what is known', () => {
    expect(healthWords(GOOD, NOW).map(({ tone }) => tone)).to.deep.equal(Array(7).fill('good'));
    expect(word('sweep', {})?.text).to.equal('Everything Razorpay knew 11 min ago is here. The next one is in 19 min.');
  });

  it('says that webhooks are silent while payments come in, and where to look', () => {
    const silent = word('webhook', { webhook: { last: ago(125), byWebhook: 0, late: 14 } });
    expect(silent?.tone).to.equal('bad');
    expect(silent?.text).to.match(/^Silent for 2 h while the sweep found 14 payments: look at Razorpay’s dashboard/);
    expect(word('webhook', { webhook: { last: ago(3), byWebhook: 9, late: 1 } })?.tone).to.equal('warn');
    expect(word('webhook', { webhook: { last: ago(500), byWebhook: 0, late: 0 } })?.tone, 'a quiet day').to.equal(
      'good',
    );
  });

  it('says that sweeps fail, with the reason, and that one is overdue', () => {
    const failing = {
      lastComplete: ago(95),
      next: ago(-5),
      failures: 3,
      error: 'Razorpay answered 401',
      watermark: 1,
      running: false,
    };
    expect(word('sweep', { sweep: failing })).to.include({
      tone: 'bad',
      text: 'The last 3 failed; the last complete one was 95 min ago. The last one said: Razorpay answered 401.',
    });
    expect(word('sweep', { sweep: { ...failing, failures: 0, next: ago(45) } })?.text).to.match(/^Overdue by 45 min/);
  });

  it('says that a clock is wrong where the last sweep ended in the future', () => {
    const ahead = { ...GOOD.sweep, lastComplete: ago(-300), next: ago(-330) };
    expect(word('sweep', { sweep: ahead })).to.include({
      tone: 'bad',
      text: 'The last one ended 5 h from now, it says: a clock is wrong. Look at ingest’s machine, and at this one.',
    });
    expect(word('sweep', { sweep: { ...ahead, lastComplete: ago(-1) } })?.tone).to.equal('good');
  });

  it('says that the mail server fails, and that nobody need do anything about the mails', () => {
    const failing = word('breaker', { mail: { resting: 1, error: 'connection refused', oldestOwed: null } });
    expect(failing?.text).to.match(/^It fails \(connection refused\); 1 mail waits\. They go out by themselves/);
    expect(word('breaker', { mail: { resting: 0, error: null, oldestOwed: ago(9) } })?.tone).to.equal('warn');
  });

  it('says that doors refuse the tickets that are made now, and which key is missing', () => {
    expect(word('signing', { signing: { kid: null, known: false } })?.tone, 'nobody has said yet').to.equal('good');
    const missing = word('signing', { signing: { kid: '4e5f6071', known: false } });
    expect(missing?.tone).to.equal('bad');
    expect(missing?.text).to.match(/^Tickets are signed with key 4e5f6071, which this gateway does not know/);
  });

  it('says who waits for ticketing, the bus or the store', () => {
    expect(word('settling', { settling: { pending: 2, oldest: ago(1) } })?.tone).to.equal('good');
    expect(word('settling', { settling: { pending: 2, oldest: ago(12) } })?.text).to.match(/the oldest for 12 min/);
    expect(word('bus', { bus: false })?.tone).to.equal('bad');
    expect(word('store', { storeMs: null })?.tone).to.equal('bad');
    expect(word('store', { storeMs: 900 })?.tone).to.equal('warn');
  });
});
