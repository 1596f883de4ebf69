import { until } from '../../test/until.ts';
import { booked, studentNotes } from '../load/books.ts';
import { prepareEvent } from '../load/event.ts';
import { openFilled } from '../load/filled.ts';
import type { Path, Run } from '../measure/path.ts';
import { openWhole } from '../process/whole.ts';

/** A slice is so many, or one page of the list. */
const LEAST = 100;
const LONG_AGO_S = 86_400;
const WITHIN_MS = 300_000;
const LOOK_MS = 5;

export const catchUp: Path = {
  name: 'catch-up',
  does: `payments that no webhook told of, from the start of a sync to the last mail; ${LEAST} or more at once`,
  limit: 'the limits of its parts, one after the other, on one store',
  goal: { of: 'time', atMost: 1.3 },
  cpuAtMostMs: 5,
  least: LEAST,
  async open(stage) {
    const whole = await openWhole(stage, { prepare: prepareEvent });
    const { account } = whole.razorpay.simulator;
    await whole.razorpay.control('/webhooks', { url: null });
    const database = stage.database();
    const theirs = await openFilled(database);
    await prepareEvent(theirs);
    const { razorpayKeyId, razorpayKeySecret, smtpPassword } = stage.secrets;
    const limit = await stage.program('limits/catch-up', {
      ...{ MONGODB_URI: database, NATS_URL: stage.nats, RAZORPAY_API_URL: whole.razorpay.url },
      ...{ AUTH: `${razorpayKeyId}:${razorpayKeySecret}`, TICKET_SIGNING_KEY: stage.secrets.ticketSigningKey },
      ...{ SMTP_PORT: String(whole.mails.smtpPort), SMTP_USERNAME: whole.mails.credentials.username },
      ...{ SMTP_PASSWORD: smtpPassword, SMTP_CA: whole.mails.ca },
    });
    let newest = account.clock.seconds() - LONG_AGO_S;
    /** New payments in a stretch of their own. */
    const missed = (count: number) => {
      const to = newest;
      newest -= count + 10;
      booked(account, to, count, studentNotes);
      return { from: to - count, to, count };
    };
    const mailed = () => whole.mails.stats.accepted;
    return {
      ours: {
        async run(operations): Promise<Run> {
          const { from, to } = missed(operations);
          const before = mailed();
          const began = performance.now();
          const asked = whole.ask('POST', '/api/payments/sync', { from, to });
          await until(mailed, (mails) => mails >= before + operations, 'the last mail', WITHIN_MS, LOOK_MS);
          const ms = performance.now() - began;
          await asked;
          // What follows a mail is no longer anybody's wait, but must not be in the other side's turn.
          await until(
            () =>
              whole.store.mails.countDocuments({
                $or: [{ state: { $ne: 'sent' } }, { 'trail.at': { $exists: true } }],
              }),
            (open) => open === 0,
            'all written down',
            WITHIN_MS,
          );
          return { ms };
        },
        cpuMs: whole.cpuMs,
      },
      limit: { run: (operations) => limit.ask<Run>('work', missed(operations)), cpuMs: limit.cpuMs },
      async close() {
        await limit.stop();
        await Promise.all([theirs.close(), whole.close()]);
      },
    };
  },
};
