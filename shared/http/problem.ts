/** Errors an HTTP caller may see: application/problem+json (RFC 9457). Everything else is a 500 without details. */

export interface ProblemFields {
  /** What exactly, and what to do. */
  detail: string;
  /** Which fields were wrong, and how. */
  errors?: { field: string; message: string }[];
  /** Facts a program may act on. */
  [extension: string]: unknown;
}

const TITLES: Record<number, string> = {
  400: 'Bad request',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  411: 'Length required',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'Cannot be done',
  429: 'Too many requests',
  500: 'Internal error',
  501: 'Not implemented',
  502: 'Razorpay failed',
  503: 'Unavailable',
  504: 'Timed out',
};

/** Thrown by a route to answer with this problem. */
export class Problem extends Error {
  override readonly name = 'Problem';
  /** For a problem that a header explains, such as Retry-After. */
  readonly headers: Record<string, string>;
  readonly status: number;
  readonly fields: ProblemFields;
  constructor(
    status: number,
    fields: ProblemFields,
    options: ErrorOptions & { headers?: Record<string, string> } = {},
  ) {
    const { stackTraceLimit } = Error;
    // Where in our code a caller's mistake was noticed tells nobody anything, and costs much in a flood of them.
    if (status < 500) Error.stackTraceLimit = 0;
    super(fields.detail, options);
    Error.stackTraceLimit = stackTraceLimit;
    this.status = status;
    this.fields = fields;
    this.headers = options.headers ?? {};
  }

  get body(): Record<string, unknown> {
    return { type: 'about:blank', title: TITLES[this.status] ?? 'Error', status: this.status, ...this.fields };
  }
}
