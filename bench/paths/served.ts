/** A server that is asked over HTTP. */
import type { Asked, Load } from '../load/http.ts';
import type { Side } from '../measure/path.ts';
import type { Program } from '../process/program.ts';

/** What it is asked is made before the clock runs. @param request the nth of a slice */
export const served = (program: Program, load: Load, request: (nth: number) => Asked): Side => ({
  run: (operations) => load.run(Array.from({ length: operations }, (_, nth) => request(nth))),
  cpuMs: program.cpuMs,
});
