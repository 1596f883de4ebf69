/** A program that does the work itself, without being asked over a network. */
import type { Run, Side } from '../measure/path.ts';
import type { Program } from '../process/program.ts';

export const worked = (program: Program): Side => ({
  run: (operations) => program.ask<Run>('work', operations),
  cpuMs: program.cpuMs,
});
