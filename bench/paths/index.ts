/** Every benchmark, in the order of a run. */
import type { Path } from '../measure/path.ts';
import { checkIn } from './check-in.ts';
import { flood } from './flood.ts';
import { ingest } from './ingest.ts';
import { list } from './list.ts';
import { mail } from './mail.ts';
import { duplicate, settle } from './settle.ts';
import { starts } from './start.ts';
import { ticket } from './ticket.ts';

export const PATHS: readonly Path[] = [ingest, flood, checkIn, ticket, mail, list, settle, duplicate, ...starts];

/** @param only names, comma separated; empty: all. @throws Error that says which there are */
export function chosen(only: string, paths: readonly Path[] = PATHS): Path[] {
  const names = only
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const unknown = names.filter((name) => !paths.some((path) => path.name === name));
  if (unknown.length > 0)
    throw new Error(`there is no ${unknown.join(', ')}; there are ${paths.map(({ name }) => name).join(', ')}`);
  return paths.filter(({ name }) => names.length === 0 || names.includes(name));
}
