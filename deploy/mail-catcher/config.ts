import { z } from 'zod';

const port = (fallback: number) => z.coerce.number().int().min(0).max(65_535).default(fallback);

const environment = z.object({
  /** Address both servers listen on. */
  HOST: z.string().min(1).default('127.0.0.1'),
  /** Port of the inbox and the API; 0 takes any free one. */
  MAIL_PORT: port(8025),
  /** 0 takes any free one. */
  SMTP_PORT: port(2525),
  SMTP_USERNAME: z.string().min(1).default('qrflow'),
  SMTP_PASSWORD: z.string().min(1).default('qrflow'),
  /** Where to write the PEM of the throwaway CA, for the senders' `SMTP_CA`. */
  SMTP_CA_FILE: z.string().min(1).optional(),
  /** Folder that keeps CA and certificate across restarts. */
  SMTP_TLS_DIR: z.string().min(1).optional(),
});

export type MailCatcherConfig = z.infer<typeof environment>;

/** The configuration was wrong; the message names every fault. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Reads the configuration; an empty variable counts as not set. @throws ConfigError */
export function readConfig(env: NodeJS.ProcessEnv): MailCatcherConfig {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = environment.safeParse(given);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(faults.join('; '), { cause: parsed.error });
}
