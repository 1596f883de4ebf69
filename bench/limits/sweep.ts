/** The limit of a sweep's pages. */
import { answer } from '../process/answering.ts';
import { openBare } from '../process/bare-store.ts';
import { timed } from '../process/timed.ts';
import { pageTrips } from './trips/pages.ts';

const { MONGODB_URI = '', RAZORPAY_API_URL = '', AUTH = '', FROM = '', TO = '', PAGES = '' } = process.env;
const pages = pageTrips(await openBare(MONGODB_URI), { apiUrl: RAZORPAY_API_URL, auth: AUTH });

async function sweepOnce(): Promise<void> {
  for await (const { items, stored } of pages({ from: Number(FROM), to: Number(TO) }, Number(PAGES)))
    if (items.length === 0 || stored !== items.length)
      throw new Error(`${stored} of ${items.length} payments are stored`);
}

answer('ready', () => true);
answer('work', (sweeps: number) => timed(sweeps, 1, sweepOnce));
