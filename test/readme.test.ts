import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { ADMIN, startWorld, until, type World } from './world.ts';

const readme = new URL('../README.md', import.meta.url);

describe('the README', () => {
  let world: World;
  let folder: string;
  before(async function () {
    this.timeout(120_000);
    world = await startWorld();
    folder = await mkdtemp(join(tmpdir(), 'qrflow-readme-'));
  });
  after(async () => {
    await world?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('has curl lines that work as printed', async () => {
    const text = await readFile(readme, 'utf8');
    const script = /<!-- curl:start -->\n```sh\n([\s\S]+?)```\n<!-- curl:end -->/.exec(text)?.[1];
    const stackFile = join(folder, 'stack.json');
    await writeFile(stackFile, JSON.stringify({ admin: ADMIN }));
    const local = (script ?? '')
      .replaceAll('http://localhost:8000', `http://127.0.0.1:${world.gateway.port}`)
      .replaceAll('http://localhost:8090', world.razorpay.url)
      .replaceAll('.local/stack.json', stackFile);
    expect(local).to.include('curl -s $API/api/events/1/payments');
    // "A moment later" is longer on a busy machine: what is not there yet is asked for again.
    const strict = `set -eu -o pipefail
      curl() {
        for _ in $(seq 60); do
          if answer=$(command curl --fail-with-body "$@"); then echo "$answer"; return; fi
          sleep 0.5
        done
        echo "$answer" >&2; return 22
      }
    `;
    const { stdout } = await promisify(execFile)('bash', ['-c', strict + local]);
    const answers = stdout
      .split('\n')
      .filter((line) => /^[[{]/.test(line))
      .map((line) => JSON.parse(line));
    expect(answers[0]).to.include({ id: 1, name: 'Fest' });
    expect(answers).to.have.length((script?.match(/^curl /gm) ?? []).length);
    const payment = await world.store.payments.findOne().lean();
    await world.payment(String(payment?._id), ({ details, pending }) => details?.department === 'ECE' && !pending);
    await until(
      () => world.mails.summaries({ to: 'asha@example.edu' }).length,
      (mails) => mails === 1,
    );
  });

  it('names no target, file or route that is not there', async () => {
    const text = await readFile(readme, 'utf8');
    const makefile = await readFile(new URL('../Makefile', import.meta.url), 'utf8');
    for (const [, target] of text.matchAll(/make ([a-z]+)/g))
      expect(makefile, target).to.match(new RegExp(`^${target}:`, 'm'));
    for (const [, path] of text.matchAll(/\]\(([\w./-]+)\)/g))
      await readFile(new URL(`../${path}`, import.meta.url)).catch((error) =>
        expect(error.code, path).to.equal('EISDIR'),
      );
    const { body } = await world.api('GET', '/openapi.json');
    const routes = [...text.matchAll(/`(?:GET|POST|PUT|DELETE)? ?(\/api\/[\w/{}-]+)/g)].map(([, path]) =>
      String(path).replace(/\{\w+\}/g, '{}'),
    );
    const known = Object.keys(body.paths).map((path) => path.replace(/\{\w+\}/g, '{}'));
    expect(known).to.include.members(routes);
  });
});
