/** Lines that strangers can cause as often as they like: the first of each minute are written, of the others how many. */
import type { Logger } from './index.ts';

const MOST = 20;
const EACH_MS = 60_000;

type Facts = Record<string, unknown>;

/**
 * Writes warnings `message` with the facts that it is given. What is beyond 20 a minute is counted, and said at the end of
 * that minute with `left_out`. `always` is in each line.
 */
export function sparing(log: Logger, message: string, always: Facts = {}, eachMs = EACH_MS): (facts: Facts) => void {
  let written = 0;
  let leftOut = 0;

  const end = () => {
    if (leftOut > 0) log.warn({ ...always, left_out: leftOut }, `${message}, and so many more`);
    written = 0;
    leftOut = 0;
  };

  return (facts) => {
    if (written === 0) setTimeout(end, eachMs).unref();
    if (written >= MOST) leftOut++;
    else {
      written++;
      log.warn({ ...always, ...facts }, message);
    }
  };
}
