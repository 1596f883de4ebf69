import { restPayment } from '../../deploy/simulator/entities.ts';
import { startSimulator } from '../../deploy/simulator/testing/running.ts';
import { paymentDoc } from '../../test/documents.ts';
import { booked } from '../load/books.ts';
import { openFilled } from '../load/filled.ts';
import type { Path } from '../measure/path.ts';
import { worked } from './worked.ts';

const PAGES = 20;
/** One a second. Each of ours' pages begins with the last one's oldest second, so it has 99 more; the last one is short. */
const PAYMENTS = 1_930;
const LONG_AGO_S = 86_400;

export const sweep: Path = {
  name: 'sweep',
  does: `${PAGES} pages of 100 payments in a sweep, nothing new; one after the other`,
  limit: 'one call and one store query a page',
  goal: { of: 'time', atMost: 1.25 },
  least: 1,
  async open(stage) {
    const database = stage.database();
    const store = await openFilled(database);
    const env = await stage.environment('ingest', database);
    const key = { keyId: env.RAZORPAY_KEY_ID ?? '', keySecret: env.RAZORPAY_KEY_SECRET ?? '' };
    const razorpay = await startSimulator(key);
    const { account } = razorpay.simulator;
    const newest = account.clock.seconds() - LONG_AGO_S;
    const payments = booked(account, newest, PAYMENTS, () => null);
    const outcome = { kind: 'foreign' as const, reason: null, since: new Date() };
    await store.payments.insertMany(payments.map((one) => paymentDoc(restPayment(one), { pending: false, outcome })));
    const both = {
      ...env,
      ...{ RAZORPAY_API_URL: razorpay.url, AUTH: `${key.keyId}:${key.keySecret}` },
      ...{ FROM: String(newest - PAYMENTS), TO: String(newest), PAGES: String(PAGES) },
    };
    const [ours, limit] = await Promise.all([
      stage.program('subjects/sweep', both),
      stage.program('limits/sweep', both),
    ]);
    return {
      ours: worked(ours),
      limit: worked(limit),
      async close() {
        await Promise.all([ours.stop(), limit.stop()]);
        await Promise.all([store.close(), razorpay.close()]);
      },
    };
  },
};
