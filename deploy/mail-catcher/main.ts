// The only file here that listens and exits.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { readConfig } from './config.ts';
import { createMailCatcher } from './mail-catcher.ts';

async function start(): Promise<void> {
  const config = readConfig(process.env);
  const catcher = await createMailCatcher({
    host: config.HOST,
    smtpPort: config.SMTP_PORT,
    httpPort: config.MAIL_PORT,
    credentials: { username: config.SMTP_USERNAME, password: config.SMTP_PASSWORD },
    tlsDir: config.SMTP_TLS_DIR,
  });
  if (config.SMTP_CA_FILE !== undefined) {
    await mkdir(dirname(config.SMTP_CA_FILE), { recursive: true });
    await writeFile(config.SMTP_CA_FILE, catcher.ca);
  }
  console.log(JSON.stringify({ name: 'mail-catcher', smtp: catcher.smtpPort, http: catcher.httpPort }));

  const stop = () => catcher.close().finally(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

start().catch((error: unknown) => {
  console.error(`mail-catcher: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
});
