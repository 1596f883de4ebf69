import { z } from 'zod';

/** Empty means not set, as compose files write it. */
const blankIsUnset = (value: unknown) => (value === '' ? undefined : value);
const text = z.preprocess(blankIsUnset, z.string().optional());

const schema = z.object({
  SIMULATOR_PORT: z.preprocess(blankIsUnset, z.coerce.number().int().min(0).max(65_535).default(8090)),
  HOST: z.preprocess(blankIsUnset, z.string().default('127.0.0.1')),
  RAZORPAY_KEY_ID: z.preprocess(blankIsUnset, z.string().default('rzp_test_simulator00000')),
  RAZORPAY_KEY_SECRET: z.preprocess(blankIsUnset, z.string().default('simulator')),
  WEBHOOK_URL: z.preprocess(blankIsUnset, z.url({ protocol: /^https?$/ }).optional()),
  RAZORPAY_WEBHOOK_SECRET: text,
  SIMULATOR_BOOKS: text,
  RETRY_SCALE: z.preprocess(blankIsUnset, z.coerce.number().min(0).max(1).default(1)),
});

export type SimulatorConfig = z.output<typeof schema>;

/** Reads the environment. @throws Error naming every variable that is wrong */
export function readConfig(env: NodeJS.ProcessEnv): SimulatorConfig {
  const result = schema.safeParse(env);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`The simulator can't start. ${faults.join('; ')}`);
}
