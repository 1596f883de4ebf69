/** One batch: a mocha process that prints its suites as they end and leaves its result in a file. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import type { BatchResult } from '../report/short.ts';

const MOCHA = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');

/** Runs these files; a process that ends without a result, or badly though no test failed, is a failure that names them. */
export async function runBatch(
  files: readonly string[],
  { env, resultFile, signal }: { env: NodeJS.ProcessEnv; resultFile: string; signal: AbortSignal },
  print: (line: string) => void,
): Promise<BatchResult> {
  const child = spawn(process.execPath, [MOCHA, ...files], {
    env: { ...env, TEST_RESULT_FILE: resultFile },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  for (const stream of [child.stdout, child.stderr]) if (stream) createInterface({ input: stream }).on('line', print);
  const how = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, by) => resolve(by ?? `exit code ${code}`));
  });
  const result = existsSync(resultFile) ? (JSON.parse(readFileSync(resultFile, 'utf8')) as BatchResult) : undefined;
  rmSync(resultFile, { force: true });
  if (result && (result.failed > 0 || how === 'exit code 0')) return result;
  const { passed, skipped } = result ?? { passed: 0, skipped: 0 };
  const when = result ? 'after its last test' : 'before its last test';
  const what = `A batch ended badly ${when} (${how}): ${files.join(' ')}`;
  return { passed, failed: 1, skipped, failures: `\n  ${what}`, failedTests: [what] };
}
