/** Every benchmark, in the order of a run. */
import type { Path } from '../measure/path.ts';
import { catchUp } from './catch-up.ts';
import { checkIn } from './check-in.ts';
import { flood } from './flood.ts';
import { ingest } from './ingest.ts';
import { list } from './list.ts';
import { mail } from './mail.ts';
import { duplicate, settle } from './settle.ts';
import { starts } from './start.ts';
import { sweep } from './sweep.ts';
import { ticket } from './ticket.ts';

export const PATHS: readonly Path[] = [
  ingest,
  flood,
  checkIn,
  ticket,
  mail,
  list,
  settle,
  duplicate,
  sweep,
  catchUp,
  ...starts,
];
