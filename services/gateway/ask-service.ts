/** What goes wrong when another service is asked, as the answer an API caller gets. */
import { BusUnavailable, NoAnswerInTime, NobodyAnswers, RequestFailed } from '../../shared/bus/index.ts';
import { ask, type Requests } from '../../shared/bus/requests.ts';
import { Problem } from '../../shared/http/problem.ts';
import type { Gateway } from './gateway.ts';

/** Who answers, as people know it. */
const ANSWERED_BY = {
  'ingest.sync': 'the service that talks to Razorpay (ingest)',
  'ingest.payment-status': 'the service that talks to Razorpay (ingest)',
  'ticketing.replay': 'the service that handles payments (ticketing)',
  'ticketing.resend': 'the service that sends mails (ticketing)',
  'ticketing.preview': 'the service that sends mails (ticketing)',
  'ticketing.preview-template': 'the service that sends mails (ticketing)',
  'ticketing.test-template': 'the service that sends mails (ticketing)',
  'ticketing.admit': 'the service that gives tickets (ticketing)',
  'ticketing.correct': 'the service that gives tickets (ticketing)',
  'ticketing.redact': 'the service that keeps personal data (ticketing)',
  'ticketing.show': 'the service that signs tickets (ticketing)',
  'ticketing.revoke': 'the service that gives tickets (ticketing)',
} as const;
type Subject = keyof typeof ANSWERED_BY;

const unavailable = (detail: string, cause: unknown, facts: Record<string, unknown>) =>
  new Problem(503, { detail, ...facts }, { cause, headers: { 'Retry-After': '10' } });

/** They say 404, 409 or 422 about what was asked and 503 about themselves; anything else ingest says about Razorpay. */
const STATUSES = new Set([400, 404, 409, 422, 503]);

/** `facts` go along with every problem. @throws Problem 404, 500, 502, 503 … */
export async function askService<S extends Subject>(
  bus: Gateway['bus'],
  subject: S,
  question: Requests[S]['question'],
  options: { timeoutMs: number; correlationId: string; facts?: Record<string, unknown> },
): Promise<Requests[S]['answer']> {
  const facts = options.facts ?? {};
  try {
    return await ask(bus, subject, question, options);
  } catch (error) {
    if (error instanceof RequestFailed)
      throw new Problem(
        STATUSES.has(error.code) ? error.code : subject.startsWith('ingest.') ? 502 : 500,
        { ...error.facts, detail: error.message, ...facts },
        { cause: error },
      );
    if (error instanceof NobodyAnswers)
      throw unavailable(`${ANSWERED_BY[subject]} is not running; try again soon`, error, facts);
    if (error instanceof NoAnswerInTime)
      throw unavailable(
        `${ANSWERED_BY[subject]} has not answered in time; it may be done all the same, so look first`,
        error,
        facts,
      );
    if (error instanceof BusUnavailable)
      throw unavailable(`the bus cannot be used right now: ${error.message}; try again soon`, error, facts);
    throw error;
  }
}
