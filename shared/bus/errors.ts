/** What can go wrong on the bus, as classes a caller can tell apart. */

/** The bus cannot be reached, or did not confirm in time. Nothing may be assumed to be stored. */
export class BusUnavailable extends Error {
  override readonly name = 'BusUnavailable';
}

/** Nobody answers this request right now: the service behind it is down. */
export class NobodyAnswers extends BusUnavailable {}

/** It was asked, and what became of that is not known. */
export class NoAnswerInTime extends BusUnavailable {}

/** A service answered a request with an error of its own. `code` is an HTTP status. */
export class RequestFailed extends Error {
  override readonly name = 'RequestFailed';
  readonly code: number;
  readonly facts: Record<string, unknown>;
  constructor(code: number, message: string, facts: Record<string, unknown> = {}) {
    super(message);
    this.code = code;
    this.facts = facts;
  }
}
