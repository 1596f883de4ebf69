/** docs/api.md against the routes: it leaves none out, names none that there is not, and its samples work. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { LOGIN_LIMITS } from '../auth/throttle.ts';
import { ROUTES } from '../routes/index.ts';
import { attendee, event, payment } from '../testing/documents.ts';
import { PASSWORD, startTestGateway, type TestGateway } from '../testing/start.ts';

const text = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8');
const rows = text.split('\n').filter((line) => /^\| `(?:GET|POST|PUT|DELETE) /.test(line));
const operations = (of: string) => [...of.matchAll(/`((?:GET|POST|PUT|DELETE) \/[^`]*)`/g)].map(([, one]) => one);
const ROLES_SAID: Record<string, string> = { public: 'public', any: 'all' };

describe('docs/api.md', () => {
  it('has every route in its tables once, for the roles that may call it', () => {
    const named = rows.flatMap(operations);
    const declared = ROUTES.map(({ method, path }) => `${method} ${path}`);
    expect(
      declared.filter((one) => !named.includes(one)),
      'give these a row in docs/api.md',
    ).to.deep.equal([]);
    expect(named.filter((one, i) => !declared.includes(one as string) || named.indexOf(one) !== i)).to.deep.equal([]);
    for (const row of rows) {
      const [, , roles] = row.split('|').map((cell) => cell.trim());
      for (const one of operations(row)) {
        const access = ROUTES.find(({ method, path }) => `${method} ${path}` === one)?.access ?? '';
        const said = typeof access === 'string' ? ROLES_SAID[access] : access.join(', ');
        expect(roles, one).to.equal(said);
      }
    }
  });

  it('names no path that is not there', () => {
    const known = ROUTES.map(({ path }) => path);
    const named = operations(text).map((one) => one?.split(' ')[1]);
    expect(known).to.include.members(named);
    const alone = [...text.matchAll(/`(\/[\w./{}-]+)`/g)].map(([, path]) => path);
    expect([...known, '/docs']).to.include.members(alone);
  });

  it('says the limits that there are, and for what', () => {
    const [limits = ''] = /### Limits\n[\s\S]+?\n#/.exec(text) ?? [];
    const limited = ROUTES.filter(({ problems }) => problems?.[429] !== undefined);
    expect(operations(limits)).to.have.members(limited.map(({ method, path }) => `${method} ${path}`));
    const { perUsername, perAddress, perUsernameAnywhere, window } = LOGIN_LIMITS;
    expect(limits.replaceAll('\n', ' ')).to.contain(
      `${perUsername} tries in ${window / 60} minutes for a username from one address, ${perAddress} for one address, ${perUsernameAnywhere} for`,
    );
  });

  describe('its samples', () => {
    let gateway: TestGateway;
    before(async () => {
      gateway = await startTestGateway();
      const { store } = gateway;
      await Promise.all([
        store.events.create(event(1)),
        store.attendees.create(attendee(1)),
        store.payments.create(payment(1)),
      ]);
      await store.counters.create({ _id: 'events', n: 1 });
    });
    after(() => gateway.stop());

    it('work as they are printed, one for each subject', async () => {
      const samples = [...text.matchAll(/```sh\n([\s\S]+?)```/g)].map(([, sample]) => sample as string);
      const subjects = text.split('\n').filter((line) => /^\| operation \| for/.test(line));
      const [signIn = '', ...rest] = samples;
      expect(rest).to.have.length(subjects.length);
      const script = [
        'set -eu -o pipefail',
        'curl() { command curl --fail-with-body "$@" || { echo "refused: $*" >&2; return 22; }; }',
        signIn.replace('http://localhost:8000', gateway.url),
        ...rest.flatMap((sample) => [sample, 'echo']),
      ].join('\n');
      const { stdout } = await promisify(execFile)('bash', ['-c', script], { env: { ...process.env, PASSWORD } });
      const answers = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(answers).to.have.length(rest.length);
      const by = (field: string) => answers.filter((one) => field in one || (Array.isArray(one) && one[0]?.[field]));
      expect(by('qr_generated'), 'the attendee is found').to.have.length(1);
      expect(by('razorpay_payment_id'), 'the payment is found').to.have.length(1);
    });
  });
});
