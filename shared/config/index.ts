/**
 * Configuration: environment variables only, one schema a service, checked at once at start with every fault named.
 * Any setting may come as a file: `<NAME>_FILE`.
 */
import { readFileSync } from 'node:fs';
import type { z } from 'zod';

export interface Setting<T extends z.ZodType = z.ZodType> {
  /** What it is and when to change it, for the README and `.env.example`. */
  doc: string;
  type: T;
  /** Text, as one would write it. A secret never has one. */
  default?: string;
  /** May be left out without a default. */
  optional?: true;
  /** Never shown. */
  secret?: true;
  /** What an example should show in place of nothing. */
  example?: string;
}

export type Settings = Record<string, Setting>;

type Value<S extends Setting> = S extends { optional: true } ? z.output<S['type']> | undefined : z.output<S['type']>;
/** The values of these settings, parsed. */
export type Config<S extends Settings> = { readonly [K in keyof S]: Value<S[K]> };

/** Every fault of a configuration at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(
      `the configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
    );
    this.faults = faults;
  }
}

function raw(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const direct = env[name];
  if (direct !== undefined && direct !== '') return direct;
  const file = env[`${name}_FILE`];
  if (file === undefined || file === '') return undefined;
  // An empty file is as good as an empty variable: not set.
  return readFileSync(file, 'utf8').replace(/\r?\n$/, '') || undefined;
}

/**
 * Reads and checks `settings` from `env`. `across` may add faults that concern several settings at once.
 * @throws ConfigError with every fault
 */
export function loadConfig<S extends Settings>(
  settings: S,
  env: NodeJS.ProcessEnv,
  across: (config: Config<S>) => string[] = () => [],
): Config<S> {
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(settings)) {
    let given: string | undefined;
    try {
      given = raw(name, env);
    } catch (error) {
      faults.push(`${name}_FILE: cannot be read (${(error as NodeJS.ErrnoException).code})`);
      continue;
    }
    const value = given ?? setting.default;
    if (value === undefined) {
      if (!setting.optional) faults.push(`${name} is missing: ${setting.doc}`);
      continue;
    }
    const parsed = setting.type.safeParse(value);
    if (parsed.success) values[name] = parsed.data;
    else
      for (const issue of parsed.error.issues)
        faults.push(`${name}: ${setting.secret ? hidden(issue.message, value) : issue.message}`);
  }
  if (faults.length === 0) faults.push(...across(values as Config<S>));
  if (faults.length > 0) throw new ConfigError(faults);
  return values as Config<S>;
}

const hidden = (message: string, value: string) => message.replaceAll(value, '…');
