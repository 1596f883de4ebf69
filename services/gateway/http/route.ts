/**
 * What a route declares. Validation, authorisation, the router and /openapi.json all come from this one description, so
 * that they cannot say different things.
 */
import type { z } from 'zod';
import type { Logger } from '../../../shared/log/index.ts';
import type { Role } from '../../../shared/store/documents.ts';
import type { Gateway } from '../gateway.ts';

/** `any`: whoever is signed in. */
export type Access = 'public' | 'any' | readonly Role[];
export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
/** `file`: multipart, as a form sends files. */
export type BodyType = 'json' | 'form' | 'file';

/** Who asks, as their session says. */
export interface SignedIn {
  id: number;
  username: string;
  role: Role;
  /** Whose events an organizer runs. */
  club_id: number | null;
  session: string;
}

interface Answer {
  description: string;
  /** Of what is no JSON: its Content-Type; the body is text. */
  type?: string;
  schema: z.ZodType;
  example?: unknown;
  /** Header → what it says. */
  headers?: Record<string, string>;
}
type Answers = Readonly<Record<number, Answer>>;

export interface Reply<Status = number, Body = unknown> {
  status: Status;
  body: Body;
  headers?: Record<string, string>;
}
type ReplyTo<A extends Answers> = {
  [S in keyof A & number]: Reply<S, z.input<A[S]['schema']>>;
}[keyof A & number];

/** Of a request, those that its route declares, by their names in small letters. */
export type SentHeaders = Readonly<Record<string, string | undefined>>;

export interface Call<P = unknown, Q = unknown, B = unknown, U = SignedIn | null> {
  params: P;
  query: Q;
  body: B;
  headers: SentHeaders;
  user: U;
  gateway: Gateway;
  correlationId: string;
  log: Logger;
  /** The caller's address. */
  address: string;
  /** The path and query as asked, for links to further pages. */
  asked: { path: string; query: Readonly<Record<string, string | string[] | undefined>> };
}

/** Who does it, with what, and under which correlation id: of a call, what a use case needs that changes something. */
export type Acting = Pick<Call<unknown, unknown, unknown, SignedIn>, 'gateway' | 'user' | 'correlationId'>;

interface Spec<X extends Access, P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends Answers> {
  /** operationId, unique. */
  id: string;
  method: Method;
  /** `/api/events/{id}`. */
  path: string;
  tag: string;
  summary: string;
  description?: string;
  access: X;
  /** A fault in one of these is a 404: no such thing can exist. */
  params?: P;
  query?: Q;
  /** By their names in small letters; others are nobody's business. */
  headers?: z.ZodType<SentHeaders>;
  body?: { schema: B; types?: readonly BodyType[]; optional?: true; example?: unknown };
  answers: A;
  /** The problems of its own, by status: when. The common ones are added by themselves. */
  problems?: Readonly<Record<number, string>>;
  handle(
    call: Call<z.output<P>, z.output<Q>, z.output<B>, X extends 'public' ? null : SignedIn>,
  ): Promise<ReplyTo<NoInfer<A>>> | ReplyTo<NoInfer<A>>;
}

/** A route with its types erased, as the router and /openapi.json see it. */
export type Route = Omit<Spec<Access, z.ZodType, z.ZodType, z.ZodType, Answers>, 'handle'> & {
  handle(call: Call): Promise<Reply>;
};

/** Declares a route. What `handle` gets and may answer follows from the schemas. */
export function route<
  const X extends Access,
  const A extends Answers,
  P extends z.ZodType = z.ZodUndefined,
  Q extends z.ZodType = z.ZodUndefined,
  B extends z.ZodType = z.ZodUndefined,
>(spec: Spec<X, P, Q, B, A>): Route {
  return spec as unknown as Route;
}
