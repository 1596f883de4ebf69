// What the catcher can do wrong on purpose, as one closed list: a typing slip in a test must not pass as "no fault".
import { z } from 'zod';
import { stageFault } from './stages.ts';

const rate = z.number().min(0).max(1);

const faultsSchema = z.strictObject({
  /** The SMTP port refuses connections and live ones are cut. */
  down: z.boolean(),
  /** Share of mails answered `451 4.3.0` after DATA. */
  temporary_rate: rate,
  /** Recipients answered `550 5.1.1`, compared without case. */
  permanent_addresses: z.array(z.string().trim().toLowerCase().min(1)),
  /** Recipients answered `552 5.2.2`, likewise: for good, and no fault of the address. */
  full_mailboxes: z.array(z.string().trim().toLowerCase().min(1)),
  /** Milliseconds each mail waits between its last byte and the answer. */
  latency_ms: z.int().min(0).max(600_000),
  /** Every recipient is answered `550 5.4.5`: the sender's quota, no fault of the address. */
  quota: z.boolean(),
  /** Right credentials are answered `535 5.7.8` too. */
  reject_auth: z.boolean(),
  /** Share of mails whose connection is cut in the middle of DATA; nothing is kept. */
  drop_rate: rate,
  /** STARTTLS is neither offered nor taken on new connections. */
  no_starttls: z.boolean(),
  /** The mail is kept, then the connection is cut before the 250: the window in which a mail is sent twice. */
  after_data_drop: z.boolean(),
  /** Every session goes wrong at this step. */
  at: stageFault.nullable(),
  /** Setting it starts the sequence behind the rates anew. */
  seed: z.int().min(0),
});

const patchSchema = faultsSchema.partial();

export type Faults = z.infer<typeof faultsSchema>;
export type FaultsPatch = z.infer<typeof patchSchema>;

export const noFaults: Faults = {
  down: false,
  temporary_rate: 0,
  permanent_addresses: [],
  full_mailboxes: [],
  latency_ms: 0,
  quota: false,
  reject_auth: false,
  drop_rate: 0,
  no_starttls: false,
  after_data_drop: false,
  at: null,
  seed: 1,
};

/** A fault that does not exist, or a value it cannot take; the message names each. */
export class InvalidFaultsError extends Error {
  override readonly name = 'InvalidFaultsError';
}

/**
 * The faults with a patch laid over them; what the patch does not name stays.
 * @throws InvalidFaultsError naming every unknown key and wrong value
 */
export function mergeFaults(current: Faults, patch: unknown): Faults {
  const parsed = patchSchema.safeParse(patch);
  if (!parsed.success) {
    const reasons = parsed.error.issues.map((issue) =>
      issue.code === 'unrecognized_keys'
        ? `unknown: ${issue.keys.join(', ')}`
        : `${issue.path.join('.') || 'body'}: ${issue.message}`,
    );
    throw new InvalidFaultsError(reasons.join('; '), { cause: parsed.error });
  }
  const given = Object.entries(parsed.data).filter(([, value]) => value !== undefined);
  return { ...current, ...Object.fromEntries(given) };
}

/** A repeatable sequence of numbers in [0, 1) (mulberry32), so that a failing run can be run again. */
export function seededSequence(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
