/** Guessing passwords faster than the throttle lets one, and lines and headers that a request would put into logs and answers. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import type { LoginLimits } from '../../services/gateway/auth/throttle.ts';
import { user } from '../../services/gateway/testing/documents.ts';
import { cheapHash } from '../../services/gateway/testing/passwords.ts';
import {
  PASSWORD,
  read,
  type StartOptions,
  startTestGateway,
  type TestGateway,
} from '../../services/gateway/testing/start.ts';
import { createLogger } from '../../shared/log/index.ts';
import { until } from '../until.ts';

const WIDE = { perUsername: 1_000, perUsernameAnywhere: 1_000, perAddress: 1_000, window: 600 };

async function withGateway(options: StartOptions, what: (gateway: TestGateway) => Promise<void>): Promise<void> {
  const gateway = await startTestGateway(options);
  try {
    await what(gateway);
  } finally {
    await gateway.stop();
  }
}

interface Vary {
  username?: string;
  headers?: Record<string, string>;
  path?: string;
}

const signIn = async (
  { url }: TestGateway,
  fields: Record<string, string>,
  { headers = {}, path = '/api/auth/login' }: Pick<Vary, 'headers' | 'path'> = {},
): Promise<number> => {
  const body = new URLSearchParams(fields);
  const response = await fetch(url + path, { method: 'POST', headers, body, redirect: 'manual' });
  await response.text();
  return response.status;
};

describe('guessing a password', () => {
  const forwarded = (address: string): Vary => ({ headers: { 'X-Forwarded-For': address } });
  const upperCased = (name: string, bits: number) =>
    [...name].map((letter, at) => ((bits >> at) & 1 ? letter.toUpperCase() : letter)).join('');
  interface Way {
    what: string;
    limits: Partial<LoginLimits>;
    /** Proxies of ours. */
    proxies?: string;
    /** What is another with each try. */
    vary(n: number, username: string): Vary;
  }
  const WAYS: Way[] = [
    {
      what: 'the case of the name',
      limits: { perUsername: 2 },
      vary: (n, name) => ({ username: upperCased(name, n) }),
    },
    {
      what: 'the way in: the API or the page',
      limits: { perUsername: 2 },
      vary: (n) => ({ path: n % 2 ? '/login' : '/api/auth/login' }),
    },
    {
      what: 'made-up addresses, where no proxy of ours tells them',
      limits: { perUsername: 2 },
      vary: (n) => ({
        headers: Object.fromEntries(
          ['X-Forwarded-For', 'X-Real-IP', 'True-Client-IP', 'Client-IP'].map((name) => [name, `198.51.100.${n}`]),
        ),
      }),
    },
    {
      what: 'made-up addresses before what a proxy of ours adds',
      limits: { perUsername: 2 },
      proxies: '1',
      vary: (n) => forwarded(`203.0.113.${n}, 198.51.100.1`),
    },
    {
      what: 'addresses of one IPv6 network',
      limits: { perUsername: 2 },
      proxies: '1',
      vary: (n) => forwarded(`2001:db8:0:1:${n}::${n}`),
    },
    {
      what: 'brackets, ports and zones of IPv6',
      limits: { perUsername: 2 },
      proxies: '1',
      vary: (n) => forwarded(n % 2 ? `[2001:db8:0:2::${n}]:${40_000 + n}` : `2001:db8:0:2::1%eth${n}`),
    },
    {
      what: 'ports, where the proxy tells them',
      limits: { perUsername: 2 },
      proxies: '1',
      vary: (n) => forwarded(`198.51.100.1:${40_000 + n}`),
    },
    {
      what: 'an IPv4 address written as IPv6',
      limits: { perUsername: 2 },
      proxies: '1',
      vary: (n) => forwarded(n % 2 ? '198.51.100.1' : '::ffff:198.51.100.1'),
    },
    { what: 'names', limits: { perAddress: 2 }, vary: (n) => ({ username: `person${n}` }) },
    {
      what: 'addresses that really are others',
      limits: { perUsernameAnywhere: 2 },
      proxies: '1',
      vary: (n) => forwarded(`198.51.${n}.1`),
    },
  ];

  it('is slowed down whatever is another with each try, also all at once', async () => {
    const password = await cheapHash(PASSWORD);
    // Ways with the same limits share a gateway, each guessing at a user of its own.
    const settings = (way: Way) => JSON.stringify([way.limits, way.proxies]);
    for (const kind of new Set(WAYS.map(settings))) {
      const ways = WAYS.filter((way) => settings(way) === kind);
      const { limits, proxies = '0' } = ways[0] as Way;
      const options = { loginLimits: { ...WIDE, ...limits }, env: { TRUSTED_PROXIES: proxies } };
      await withGateway(options, async (gateway) => {
        for (const [at, { what, vary }] of ways.entries()) {
          const name = `guessed-at-${at}`;
          await gateway.store.users.create(
            user('staff', { _id: 100 + at, username: name, username_key: name, password }),
          );
          const guess = (n: number, typed: string) => {
            const { username = name, ...how } = vary(n, name);
            return signIn(gateway, { username, password: typed }, how);
          };
          const answers = await Promise.all([1, 2, 3, 4, 5].map((n) => guess(n, 'a guess')));
          expect(answers.sort(), what).to.deep.equal([401, 401, 429, 429, 429]);
          expect(await guess(6, PASSWORD), `${what}: the right one`).to.equal(429);
        }
      });
    }
  });

  it('is not made cheaper by signing in as oneself in between', async () => {
    for (const [limits, name] of [
      [{ perUsername: 1 }, () => 'admin'],
      [{ perAddress: 2 }, (n: number) => `person${n}`],
    ] as const)
      await withGateway({ loginLimits: { ...WIDE, ...limits } }, async (gateway) => {
        await gateway.token('staff');
        const answers = [];
        for (const n of [1, 2, 3]) {
          answers.push(await signIn(gateway, { username: name(n), password: 'a guess' }));
          if (n < 3) await signIn(gateway, { username: 'the-staff', password: PASSWORD });
        }
        const allowed = Object.values(limits)[0] as number;
        expect(answers).to.deep.equal([1, 2, 3].map((n) => (n <= allowed ? 401 : 429)));
      });
  });

  it('finds nobody under a name that only looks like theirs', async () => {
    await withGateway({ loginLimits: WIDE }, async (gateway) => {
      const names = [
        ' admin',
        'admin ',
        'admin\u0000',
        'ad\u200bmin',
        'ａｄｍｉｎ',
        'аdmin',
        'admın',
        'ADMİN',
        'admi\u0301n',
        'admin\u202e',
        'admin@',
        '{"$gt":""}',
      ];
      for (const username of names)
        expect(await signIn(gateway, { username, password: PASSWORD }), username).to.equal(401);
      expect(await signIn(gateway, { username: 'ADMIN', password: PASSWORD })).to.equal(200);
      // Nor can anybody be made who only looks like another.
      const made = await Promise.all(
        names
          .slice(0, -2)
          .map((username) =>
            gateway.ask('admin', 'POST', '/api/admin/users', { username, password: PASSWORD, role: 'staff' }),
          ),
      );
      expect(made.map(({ status }) => status)).to.deep.equal(made.map(() => 400));
    });
  });
});

describe('a log', () => {
  const lines: string[] = [];
  let gateway: TestGateway;
  before(async () => {
    const destination = { write: (line: string) => void lines.push(line) };
    gateway = await startTestGateway({ loginLimits: WIDE, log: createLogger('gateway', 'trace', false, destination) });
  });
  after(() => gateway.stop());

  const NASTY = [
    'x\r\n{"level":"error","msg":"forged"}',
    'x\u001b[2J\u001b[31mforged',
    'x\u2028forged',
    'x\u0000forged',
    '%0d%0aforged',
    'forged"}',
  ];

  it('has one line a request, each of them one JSON object, whatever is sent in names, ids and paths', async () => {
    const login = (username: string, headers = {}) =>
      gateway.ask(null, 'POST', '/api/auth/login', { username, password: username, ...headers });
    const answers = [
      ...(await Promise.all(NASTY.map((nasty) => login(nasty)))),
      ...(await Promise.all(
        NASTY.map((nasty) =>
          gateway.ask('admin', 'GET', `/api/admin/logs?correlation_id=${encodeURIComponent(nasty)}`),
        ),
      )),
      ...(await Promise.all(NASTY.map((nasty) => gateway.ask(null, 'GET', `/${encodeURIComponent(nasty)}`)))),
      ...(await Promise.all(
        ['x y', 'x"}', 'x\\n', 'x\u00e9', 'x'.repeat(101), '{"a":1}', '../x', '\u009b31mforged'].map(async (id) =>
          read(
            await fetch(`${gateway.url}/health`, {
              headers: { 'X-Correlation-Id': id, 'User-Agent': `forged ${id}`, Referer: `http://forged/${id}` },
            }),
          ),
        ),
      )),
    ];
    for (const { status, headers } of answers) {
      expect(status).to.be.below(500);
      expect(headers.get('x-correlation-id')).to.match(/^[\w-]{36}$/);
    }
    const told = () => lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'http');
    const ids = answers.map(({ headers }) => headers.get('x-correlation-id'));
    await until(told, (all) => ids.every((id) => all.some(({ correlation_id }) => correlation_id === id)));
    for (const id of ids) expect(told().filter(({ correlation_id }) => correlation_id === id)).to.have.length(1);
    for (const line of lines) {
      expect(line).to.match(/^\{[^\n]*\}\n$/);
      expect(line).to.not.match(/[^\P{Cc}\n]/u);
      const { msg, level } = JSON.parse(line);
      expect(`${level} ${msg}`).to.not.contain('forged');
    }
    // Neither what was typed as a name nor what was asked for is in it; a path is, as it was sent.
    expect(lines.filter((line) => !line.includes('"path":"/')).join('')).to.not.contain('forged');
    const trail = await gateway.store.activities.find({}).lean();
    expect(JSON.stringify(trail)).to.not.contain('forged');
  });

  it('and no answer has a header that a request put there: what breaks a line is no header', async () => {
    const { port } = new URL(gateway.url);
    const raw = async (request: string) => {
      const socket = connect(Number(port), '127.0.0.1');
      let got = '';
      socket.on('data', (chunk: Buffer) => {
        got += chunk.toString('latin1');
      });
      socket.on('error', () => undefined);
      // Not ended: Node would take half a connection for one that went away.
      socket.write(request, 'latin1');
      await once(socket, 'close');
      return got;
    };
    const head = (more: string, path = '/health') =>
      `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}Connection: close\r\n\r\n`;
    const sent = [
      head('X-Correlation-Id: a\rX-Forged: 1\r\n'),
      head('X-Correlation-Id: a\nX-Forged: 1\r\n'),
      head('X-Correlation-Id: a\u0000\r\n'),
      head('X-Correlation-Id: a\u001b[31m\r\n'),
      head('X-Correlation-Id: a\r\n X-Forged: 1\r\n'),
      head('X-Correlation-Id: a\r\nX-Correlation-Id: b\r\n'),
      head('', '/%0d%0aX-Forged:%201'),
      head('', '/x\u001b[31m'),
      head('', '/api/events?cursor=%0d%0aX-Forged:%201'),
      head('', '/login?next=%0d%0aX-Forged:%201').replace('Host: x', 'Host: x\r\nAccept: text/html'),
      head('', '/login?next=//evil.example').replace('Host: x', 'Host: x\r\nAccept: text/html'),
    ];
    for (const request of sent) {
      const answer = await raw(request);
      const [headers = ''] = answer.split('\r\n\r\n');
      expect(headers, request).to.match(/^HTTP\/1\.1 [24]\d\d /);
      expect(headers, request).to.not.match(/^x-forged/im);
      expect(headers, request).to.not.match(/[^\x20-\x7e\r\n]/);
      expect(headers, request).to.not.match(/evil\.example/);
    }
    for (const line of lines) expect(() => JSON.parse(line), line).to.not.throw();
  });
});
