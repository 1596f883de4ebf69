/**
 * schemathesis: makes requests from an OpenAPI document, right ones and wrong ones, and holds the answers against it. From
 * PyPI, below `.local/` like the servers.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { spawnChild } from '../../../deploy/local/children/child.ts';
import { InstallFailed } from '../../../deploy/local/servers/errors.ts';
import { installOnce } from '../../../deploy/local/servers/install-once.ts';
import { cacheDir } from '../../../deploy/local/servers/local-dir.ts';
import { findPython, pipInstall } from '../../../deploy/local/servers/pip.ts';
import { testFolder } from '../../servers.ts';

const VERSION = '4.32.0';

export interface Schemathesis {
  python: string;
  packages: string;
}

/** Installed, or the reason why it cannot be had here. */
export async function schemathesis(): Promise<Schemathesis | { missing: string }> {
  const { env } = process;
  const folder = cacheDir(`schemathesis-${VERSION}`, env);
  const python = await findPython(env);
  if (python === null) return { missing: 'no python3 on PATH' };
  try {
    await installOnce(
      folder,
      () => undefined,
      (temporary) => pipInstall(`schemathesis==${VERSION}`, temporary, env, () => undefined),
    );
  } catch (error) {
    if (!(error instanceof InstallFailed)) throw error;
    return { missing: error.message };
  }
  return { python, packages: folder };
}

export interface Run {
  url: string;
  token: string;
  seed: number;
  /** Requests made up for each operation, besides the fixed ones that its schema suggests. */
  examples: number;
  /** `--include-operation-id` and the like. */
  only: string[];
}

/**
 * Nothing is left out but this. What is well formed may still mean nothing (an end before its beginning, no such
 * timezone), which JSON Schema has no words for: it is answered 422, and counts as an answer to a right request. And only
 * an event is gone once it was deleted.
 */
const CONFIG = `
[checks]
enabled = true

[checks.positive_data_acceptance]
expected-statuses = ["2xx", "401", "403", "404", "409", "422", "429"]

# A wrong body may also be too large.
[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "428", "429", "5xx"]

# Whoever is in already: 400, as clients of QRFlow know it.
[[operations]]
include-operation-id = "checkInByHand"
[operations.checks.positive_data_acceptance]
expected-statuses = ["2xx", "400", "404"]

# A mail may name no payment: taken from there, the question comes without one, which its schema does not allow.
[[operations]]
include-operation-id = "razorpayStatus"
[operations.checks.positive_data_acceptance]
expected-statuses = ["2xx", "400", "401", "403", "404", "409", "422", "429", "502", "503"]

# DELETE disables a club or a user, takes a ticket away, or puts the default look back: what it names can still be read.
[[operations]]
include-path-regex = "^/api/(admin/(clubs|users)|attendees)/|/mail-template"
[operations.checks.use_after_free]
enabled = false
`;

/**
 * Every check on, by the configuration: `--checks all` would win over what it leaves out. Resolves with what it printed,
 * and whether all held. One worker: with two, CPython 3.11 now and then fails ("AST constructor recursion depth
 * mismatch") when both parse at once.
 */
export async function run({ python, packages }: Schemathesis, { url, token, seed, examples, only }: Run) {
  const dir = await testFolder();
  const config = join(dir, 'schemathesis.toml');
  await writeFile(config, CONFIG);
  const lines: string[] = [];
  const child = await spawnChild({
    name: 'schemathesis',
    command: python,
    args: [
      ...['-m', 'schemathesis.cli', '--config-file', config, 'run', `${url}/openapi.json`, '--url', url],
      ...['--header', `Authorization: Bearer ${token}`, '--phases', 'examples,coverage,fuzzing,stateful'],
      ...['--seed', String(seed), '--max-examples', String(examples), '--request-timeout', '60'],
      ...['--generation-database', 'none', '--no-color', '--workers', '1', ...only],
    ],
    cwd: dir,
    env: { ...process.env, PYTHONPATH: packages, PYTHONNOUSERSITE: '1', PYTHONIOENCODING: 'utf-8' },
    onLine: (line) => lines.push(line),
  });
  const { code } = await child.exited;
  const failures = lines.findIndex((line) => line.startsWith('====') && /FAILURES|ERRORS/.test(line));
  return { ok: code === 0, said: lines.slice(Math.max(failures, 0)).join('\n'), all: lines.join('\n') };
}
