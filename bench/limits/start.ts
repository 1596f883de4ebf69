/** The limit of a start: an empty process that loads the same packages. */
import { answer } from '../process/answering.ts';

await Promise.all((process.env.PACKAGES ?? '').split(',').map((name) => import(name)));
answer('ready', () => true);
