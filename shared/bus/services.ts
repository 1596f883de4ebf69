/** Requests between services, over NATS' own services protocol: shared by replicas, visible to `nats micro`. */
import { type NatsConnection, NatsError, type ServiceMsg } from 'nats';
import type { Logger } from '../log/index.ts';
import { BusUnavailable, NoAnswerInTime, NobodyAnswers, RequestFailed } from './errors.ts';
import { ANSWERS_WITHIN_MS, correlationOf, type Link, tagged, within } from './link.ts';

export type RequestHandler = (body: unknown, correlationId: string | null) => Promise<unknown>;

const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value ?? null));

async function respond(message: ServiceMsg, handler: RequestHandler, subject: string, log: Logger): Promise<void> {
  const correlationId = correlationOf(message.headers);
  try {
    const body: unknown = message.data.length === 0 ? null : message.json();
    message.respond(encode(await handler(body, correlationId)));
  } catch (failure) {
    const known = failure instanceof RequestFailed;
    if (!known) log.error({ err: failure, subject, correlation_id: correlationId }, 'bus: request failed');
    message.respondError(
      known ? failure.code : 500,
      // It travels in a header.
      known ? failure.message.replace(/\s+/g, ' ') : 'internal error',
      encode(known ? failure.facts : {}),
    );
  }
}

/** Serves requests on `subject`, shared with the other replicas. */
export async function addService(connection: NatsConnection, subject: string, handler: RequestHandler, log: Logger) {
  const name = subject.replace('.', '-');
  const service = await connection.services.add({ name, version: '1.0.0', queue: 'qrflow' });
  service.addEndpoint(name, {
    subject,
    handler: (error, message) => {
      if (error) log.error({ err: error, subject }, 'bus: a request could not be taken');
      else
        respond(message, handler, subject, log).catch((late: unknown) =>
          log.warn({ err: late, subject }, 'bus: an answer could not be sent'),
        );
    },
  });
}

export interface RequestOptions {
  timeoutMs: number;
  correlationId: string;
}

/** @throws NobodyAnswers, BusUnavailable, or RequestFailed with the service's own error */
export async function request<T>(
  link: Link,
  subject: string,
  body: unknown,
  { timeoutMs, correlationId }: RequestOptions,
): Promise<T> {
  const { connection } = link.online();
  let answer: Awaited<ReturnType<NatsConnection['request']>>;
  try {
    await within(ANSWERS_WITHIN_MS, connection.flush(), 'the bus does not answer');
    answer = await connection.request(subject, encode(body), { timeout: timeoutMs, headers: tagged(correlationId) });
  } catch (error) {
    if (error instanceof BusUnavailable) throw error;
    if (error instanceof NatsError && error.code === '503')
      throw new NobodyAnswers(`nobody answers ${subject}`, { cause: error });
    throw new NoAnswerInTime(`no answer to ${subject} in time`, { cause: error });
  }
  const code = answer.headers?.get('Nats-Service-Error-Code');
  if (!code) return answer.json<T>();
  const facts = answer.data.length === 0 ? null : answer.json<Record<string, unknown> | null>();
  throw new RequestFailed(Number(code), answer.headers?.get('Nats-Service-Error') ?? 'request failed', facts ?? {});
}
