/** The limit of a mail: the same bytes, made beforehand. */
import { answer } from '../process/answering.ts';
import { timed } from '../process/timed.ts';
import { AT_ONCE, mails } from '../subjects/mails.ts';
import { post, written } from './trips/posting.ts';

answer('ready', () => true);
answer('work', async (operations: number) => {
  const messages = await Promise.all((await mails(operations)).map(written));
  return timed(operations, AT_ONCE, async (nth) => post(messages[nth] ?? {}));
});
