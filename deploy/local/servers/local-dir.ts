import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The one folder for all that this project installs or stores on a machine: `.local/`, or QRFLOW_LOCAL_DIR. */
export function localDir(env: NodeJS.ProcessEnv = process.env): string {
  return env.QRFLOW_LOCAL_DIR ? resolve(env.QRFLOW_LOCAL_DIR) : join(projectRoot(), '.local');
}

/** What was installed for one platform: a checkout may be shared between a machine and its containers. */
export function cacheDir(name: string, env: NodeJS.ProcessEnv): string {
  return join(localDir(env), 'cache', `${name}-${process.platform}-${process.arch}`);
}

function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}
