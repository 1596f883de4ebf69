/** What every HTTP surface of ours has in common: correlation ids, paths in the log, errors as problems. */
import { newCorrelationId } from '../log/index.ts';
import { isUnreachable } from '../store/errors.ts';
import { Problem } from './problem.ts';

const CORRELATION_ID = /^[\w.:-]{1,100}$/;

/** The caller's, where it is one that a log can take; else a new one. */
export const correlationIdOf = (given: string | undefined): string =>
  given !== undefined && CORRELATION_ID.test(given) ? given : newCorrelationId();

/** A ticket's link carries the ticket: what is that long in a path stands in no log. */
const LONGEST_LOGGED = 64;
export const loggedPath = (path: string): string =>
  path
    .split('/')
    .map((segment) => (segment.length > LONGEST_LOGGED ? '…' : segment))
    .join('/');

interface HttpFault {
  status?: number;
  expose?: boolean;
  message?: string;
}

/** What to answer for an error that reached the top of a request. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (isUnreachable(error))
    return new Problem(
      503,
      { detail: 'the store cannot be reached right now; try again in a moment' },
      { cause: error, headers: { 'Retry-After': '5' } },
    );
  const fault = error as HttpFault;
  if (typeof fault.status === 'number' && fault.status >= 400 && fault.status < 500)
    return new Problem(
      fault.status,
      { detail: fault.expose && fault.message ? fault.message : 'the request cannot be read' },
      { cause: error },
    );
  return new Problem(
    500,
    { detail: 'something went wrong here; it is in the log under this correlation id' },
    { cause: error },
  );
}
