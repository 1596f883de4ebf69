/** The limit of settling: its seven store trips, two of them side by side. The limit of a duplicate is the first of them. */
import { answer } from '../process/answering.ts';
import { openBare } from '../process/bare-store.ts';
import { timed } from '../process/timed.ts';
import { settlingTrips } from './trips/settling.ts';

const { join, settling } = settlingTrips(await openBare(process.env.MONGODB_URI ?? ''), { state: 'no_address' });
let made = 0;

answer('ready', () => true);
answer('work', (messages: string[]) => {
  const all = messages.map((message) => settling(message, ++made));
  return timed(all.length, 1, async (nth) => all[nth]?.());
});
answer('again', (messages: string[]) => {
  const all = messages.map(join);
  return timed(all.length, 1, async (nth) => all[nth]?.run());
});
