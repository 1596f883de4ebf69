/** Checking what a caller sent against a schema, with all faults at once and in words. */
import type { z } from 'zod';
import { Problem } from '../../../shared/http/problem.ts';

export interface Fault {
  field: string;
  message: string;
}

const at = (value: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown> | null | undefined)?.[key], value);

const dotted = (path: readonly PropertyKey[]) => path.map(String).join('.');

function faultsOf(issue: z.core.$ZodIssue, value: unknown): Fault[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ field: dotted([...issue.path, key]), message: 'is not known here' }));
  const missing = issue.code === 'invalid_type' && at(value, issue.path) === undefined;
  return [{ field: dotted(issue.path), message: missing ? 'is required' : issue.message }];
}

const said = (faults: Fault[]) =>
  faults.map(({ field, message }) => (field === '' ? message : `${field}: ${message}`)).join('; ');

/** A problem that names every fault, each with its field. */
export const faulty = (status: number, faults: Fault[]): Problem =>
  new Problem(status, { detail: said(faults), errors: faults });

/** A refusal with its faults told otherwise, where a form calls its fields something else; any other error as it is. */
export const retold = (error: unknown, tell: (fault: Fault) => Fault): unknown =>
  error instanceof Problem && error.fields.errors ? faulty(error.status, error.fields.errors.map(tell)) : error;

/** @throws Problem (`status`) naming every fault */
export function checked(schema: z.ZodType, value: unknown, status: number): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw faulty(
    status,
    parsed.error.issues.flatMap((issue) => faultsOf(issue, value)),
  );
}
