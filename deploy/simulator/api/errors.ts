/** Razorpay's error answers, and those of the gateway in front of it. */
export class RazorpayError extends Error {
  override readonly name: string = 'RazorpayError';
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, description: string, body: unknown) {
    super(description);
    this.status = status;
    this.body = body;
  }
}

interface Where {
  readonly source: string;
  readonly step: string;
  readonly reason: string;
}

const NOWHERE: Where = { source: 'NA', step: 'NA', reason: 'NA' };
const INPUT: Where = { source: 'business', step: 'payment_initiation', reason: 'input_validation_failed' };

function apiError(status: number, code: string, description: string, where: Where): RazorpayError {
  return new RazorpayError(status, description, { error: { code, description, ...where, metadata: {} } });
}

/** A query or path that Razorpay refuses. */
export function badRequest(description: string): RazorpayError {
  return apiError(400, 'BAD_REQUEST_ERROR', description, INPUT);
}

/** Not 404: Razorpay answers 400. */
export function unknownId(): RazorpayError {
  return badRequest('The id provided does not exist');
}

/** Also 400 at Razorpay. */
export function unknownUrl(): RazorpayError {
  return apiError(400, 'BAD_REQUEST_ERROR', 'The requested URL was not found on the server.', NOWHERE);
}

export function unauthorized(description: string): RazorpayError {
  return apiError(401, 'BAD_REQUEST_ERROR', description, NOWHERE);
}

/** The shape Razorpay gives an error of that status: its own, its gateway's `{message}`, or nothing at all. */
export function injected(status: number): RazorpayError {
  switch (status) {
    case 429:
      return apiError(status, 'BAD_REQUEST_ERROR', 'Too many requests', NOWHERE);
    case 502:
      return edge(status, 'An invalid response was received from the upstream server');
    case 503:
      return edge(status, 'Service unavailable');
    case 504:
      return new RazorpayError(status, 'Gateway Time-out', '');
    default:
      return status < 500
        ? apiError(status, 'BAD_REQUEST_ERROR', 'Request failed. Please try after sometime.', NOWHERE)
        : apiError(status, 'SERVER_ERROR', TROUBLE, NOWHERE);
  }
}

const TROUBLE = 'We are facing some trouble completing your request at the moment. Please try again shortly.';

/** The gateway's shape, without an `error`. */
export function edge(status: number, message: string): RazorpayError {
  return new RazorpayError(status, message, { message });
}

/** What a proxy in front of the API shows. */
export function htmlPage(status: number): string {
  return `<html>\r\n<head><title>${status}</title></head>\r\n<body>\r\n<center><h1>${status}</h1></center>\r\n</body>\r\n</html>\r\n`;
}
