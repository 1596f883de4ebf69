/**
 * A limit of a test ends what hangs and decides nothing else. Each is written for a machine of some speed with nothing else to
 * do; everywhere so many times as long is waited, so that a slow hour of a shared machine fails nothing.
 */
export const PATIENCE = 4;

/** Times that lie no further apart, in seconds, count as the same where the difference in question is of hours. */
export const MOMENT = 60;
