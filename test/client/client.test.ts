/** A client that a program generates from /openapi.json: its types say what the gateway takes, and it works. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { payment } from '../../services/gateway/testing/documents.ts';
import { PASSWORD, startTestGateway, type TestGateway } from '../../services/gateway/testing/start.ts';

const run = promisify(execFile);
const modules = fileURLToPath(new URL('../../node_modules/', import.meta.url));

const PROGRAM = `
import { createEvent, defaults, listEventPayments, login, readEvent, type Payment } from './client.ts';

const { API = '', PASSWORD = '' } = process.env;
defaults.baseUrl = API;
const signedIn = await login({ username: 'admin', password: PASSWORD });
if (signedIn.status !== 200) throw new Error(signedIn.data.detail);
defaults.headers = { Authorization: \`Bearer \${signedIn.data.access_token}\` };

const made = await createEvent({ name: 'Fest', date: '2026-12-20T18:00:00', price: 29_900 });
if (made.status !== 200) throw new Error(made.data.detail);
const id: number = made.data.id;

const refused = await createEvent({ name: '', date: '2026-12-20' });
const faults = refused.status === 400 ? (refused.data.errors ?? []).map(({ field }) => field) : [];

const paid = await listEventPayments(1, { outcome: 'ticketed', limit: 10 });
if (paid.status !== 200) throw new Error(paid.data.detail);
const payments: Payment[] = paid.data;
const absent = await readEvent(999_999);
console.log(JSON.stringify({
  id,
  faults,
  payments: payments.map(({ id, amount, customer_name }) => ({ id, amount, customer_name })),
  absent: absent.status === 404 && absent.data.correlation_id.length > 0,
}));
`;

/** What is wrong → the line, and the error that the compiler must give for it. */
const WRONG: Record<string, [line: string, code: string]> = {
  'a field that there is not': [`await api.createEvent({ name: 'Fest', date: '2026-12-20', prize: 1 });`, 'TS2561'],
  'a field left out': [`await api.createEvent({ name: 'Fest' });`, 'TS2741'],
  'an operation that there is not': [`await api.deletePayment('pay_Qx7Yz8Ab9Cd0Ef');`, 'TS2339'],
  'an id of another kind': [`await api.readEvent('first');`, 'TS2345'],
  'a word that is none of the list': [`await api.listEventPayments(1, { outcome: 'lost' });`, 'TS2322'],
  'a query that there is not': [`await api.listEventPayments(1, { colour: 'red' });`, 'TS2353'],
  'an answer’s field that there is not': [
    `const one = await api.readEvent(1); if (one.status === 200) console.log(one.data.titel);`,
    'TS2339',
  ],
};

describe('a typed client, generated from /openapi.json', () => {
  let gateway: TestGateway;
  let folder: string;
  before(async function () {
    this.timeout(120_000);
    gateway = await startTestGateway();
    folder = await mkdtemp(join(tmpdir(), 'qrflow-client-'));
    await symlink(modules, join(folder, 'node_modules'));
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    const { body } = await gateway.ask(null, 'GET', '/openapi.json');
    await writeFile(join(folder, 'openapi.json'), JSON.stringify(body));
    await node(['oazapfts/dist/cli.js', 'openapi.json', 'client.ts']);
  });
  after(async () => {
    await gateway?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const node = (args: string[], env: NodeJS.ProcessEnv = {}) => {
    const [program = '', ...rest] = args;
    return run(process.execPath, [join(modules, program), ...rest], { cwd: folder, env: { ...process.env, ...env } });
  };
  /** What the compiler says of these programs, by file. */
  async function complaints(files: Record<string, string>): Promise<string[]> {
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    const options =
      '--noEmit --strict --skipLibCheck --target es2022 --module nodenext --allowImportingTsExtensions --types node';
    const { stdout } = await node(['typescript/bin/tsc', ...options.split(' '), ...Object.keys(files)]).catch(
      (error: { stdout: string }) => error,
    );
    return stdout.split('\n').filter((line) => line.includes('error TS'));
  }

  it('compiles where it is used right, and not where it is used wrong', async () => {
    const wrong = Object.entries(WRONG).map(([what, [line, code]], i) => ({ what, line, code, file: `wrong-${i}.ts` }));
    const said = await complaints({
      'right.ts': PROGRAM,
      ...Object.fromEntries(
        wrong.map(({ file, line }) => [file, `import * as api from './client.ts';\n${line}\nexport {};\n`]),
      ),
    });
    const of = (file: string) => said.filter((line) => line.startsWith(`${file}(`));
    expect(of('right.ts').concat(of('client.ts'))).to.deep.equal([]);
    for (const { what, file, code } of wrong) {
      expect(of(file), what).to.have.length(1);
      expect(of(file)[0], what).to.contain(`error ${code}:`);
    }
  }).timeout(60_000);

  it('signs in, makes an event and lists payments at a real gateway', async () => {
    await gateway.store.payments.create(payment(1, { event_id: 1 }));
    await writeFile(join(folder, 'program.ts'), PROGRAM);
    const { stdout } = await node(['tsx/dist/cli.mjs', 'program.ts'], { API: gateway.url, PASSWORD });
    expect(JSON.parse(stdout)).to.deep.equal({
      id: 1,
      faults: ['name'],
      payments: [{ id: payment(1)._id, amount: 29_900, customer_name: 'Asha Rao' }],
      absent: true,
    });
  }).timeout(60_000);
});
