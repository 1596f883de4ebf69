/** docker-compose.yml against the code: it cannot be run where there is no Docker, but it can be read. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { expect } from 'chai';
import { parse } from 'yaml';
import { loadGatewayConfig } from '../services/gateway/config.ts';
import { loadIngestConfig } from '../services/ingest/config.ts';
import { loadTicketingConfig } from '../services/ticketing/config.ts';
import { ConfigError, type Settings } from '../shared/config/index.ts';
import { composeSettings, SET_BY_COMPOSE } from './settings/compose-settings.ts';
import { type ServiceName, serviceSettings, settingGroups } from './settings/settings.ts';

interface ComposeService {
  command?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  profiles?: string[];
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  restart?: string;
  mem_limit?: string;
  healthcheck?: { test: string[] };
  networks?: string[];
  scale?: string;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const { services } = parse(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
  services: Record<string, ComposeService>;
};
const loaders = { gateway: loadGatewayConfig, ingest: loadIngestConfig, ticketing: loadTicketingConfig };
const ours = Object.keys(serviceSettings) as ServiceName[];
const always = Object.entries(services).filter(([, { profiles }]) => profiles === undefined);
const environmentOf = (name: string) => services[name]?.environment ?? {};

/** `${NAME}`, `${NAME:-default}`, `${NAME:?message}`, and `$$`, as Compose reads them. */
const interpolated = (text: string, env: NodeJS.ProcessEnv) =>
  text.replaceAll(/\$\$|\$\{(\w+)(?::([-?])([^}]*))?\}/g, (found, name?: string, kind?: string, rest?: string) => {
    if (name === undefined) return found.slice(1);
    const value = env[name] ?? '';
    if (value !== '') return value;
    if (kind === '?') throw new Error(`${name} ${rest}`);
    return kind === '-' ? (rest ?? '') : '';
  });

const environmentFrom = (name: ServiceName, env: NodeJS.ProcessEnv) =>
  Object.fromEntries(Object.entries(environmentOf(name)).map(([key, text]) => [key, interpolated(text, env)]));

describe('docker-compose.yml', () => {
  // Left at their defaults inside a container.
  const LEFT_ALONE = ['HOST', 'NATS_CREDS', /^(GATEWAY|INGEST|TICKETING)_(OPS_)?PORT$/];
  const leftAlone = (name: string) =>
    LEFT_ALONE.some((one) => (typeof one === 'string' ? one === name : one.test(name)));

  for (const service of ours) {
    const settings: Settings = serviceSettings[service];

    it(`hands ${service} every setting it has, and demands those without a default`, () => {
      const environment = environmentOf(service);
      for (const [name, { default: fallback, optional }] of Object.entries(settings)) {
        if (leftAlone(name)) continue;
        expect(environment, name).to.have.property(name);
        if (SET_BY_COMPOSE.includes(name)) continue;
        const text = environment[name] ?? '';
        // The ops ports can be reached by other containers, so the token is a must here.
        if ((fallback === undefined && !optional) || name === 'METRICS_TOKEN')
          expect(text, name).to.match(new RegExp(`^\\$\\{${name}:\\?.+\\}$`));
        // No default here: it stands in one place, the code.
        else expect(text, name).to.equal(`\${${name}:-}`);
      }
      for (const name of Object.keys(environment))
        expect([...Object.keys(settings), ...Object.keys(settings).map((one) => `${one}_FILE`)]).to.include(name);
    });

    it(`checks the health of ${service} on its own ops port`, () => {
      const port = settings[`${service.toUpperCase()}_OPS_PORT`]?.default;
      expect(services[service]?.healthcheck?.test).to.deep.equal(['CMD', 'node', 'deploy/health.mjs', port]);
      expect(services[service]?.command?.at(-1)).to.equal(`dist/services/${service}/main.js`);
    });
  }

  it('holds no secret, and no default for one', () => {
    const secrets = new Set(
      settingGroups()
        .flatMap(({ settings }) => settings.filter((one) => one.secret))
        .map((one) => one.name),
    );
    for (const [service, { environment = {} }] of Object.entries(services))
      for (const [name, text] of Object.entries(environment)) {
        if (!secrets.has(name) && !/PASSWORD|SECRET|TOKEN|KEY$/.test(name)) continue;
        expect(text, `${service} ${name}`)
          .to.include('${')
          .and.not.match(/:-[^}]/);
        const fixed = text.replaceAll(/\$\{[^}]+\}/g, '');
        expect(fixed, `${service} ${name}`).to.be.oneOf([
          '',
          '""',
          'mongodb://qrflow:@mongo:27017/qrflow?replicaSet=rs0&authSource=qrflow',
        ]);
      }
  });

  it('publishes the gateway and the webhook port, on loopback unless told otherwise, and nothing else', () => {
    const published = always.flatMap(([name, { ports = [] }]) =>
      ports.map((port) => `${name} ${interpolated(port, {})}`),
    );
    expect(published).to.deep.equal(['gateway 127.0.0.1:8000:8000', 'ingest 127.0.0.1:8001:8001']);
    for (const name of ['simulator', 'mail-catcher'])
      for (const port of services[name]?.ports ?? []) expect(port).to.match(/^127\.0\.0\.1:/);
  });

  it('runs as many of ticketing as .env says, one if it says nothing; those with a port of the host stay single', () => {
    const scale = services.ticketing?.scale ?? '';
    expect(interpolated(scale, {})).to.equal(composeSettings.TICKETING_REPLICAS.default);
    expect(interpolated(scale, { TICKETING_REPLICAS: '3' })).to.equal('3');
    for (const [name, service] of Object.entries(services))
      if (service.ports) expect(service.scale, name).to.be.undefined;
  });

  it('hands on as a file what .env.example says, and nothing else', () => {
    const files = ours.flatMap((name) => Object.keys(environmentOf(name)).filter((key) => key.endsWith('_FILE')));
    expect(files).to.deep.equal(['SMTP_CA_FILE']);
    expect(readFileSync(join(root, '.env.example'), 'utf8')).to.match(/docker compose hands on\s+# SMTP_CA_FILE alone/);
  });

  it('keeps store, bus and metrics off the outside', () => {
    for (const name of ['mongo', 'nats', 'prometheus']) expect(services[name]?.networks).to.deep.equal(['backend']);
  });

  it('lets no container write to its image, gain rights, or take all memory', () => {
    for (const [name, service] of Object.entries(services)) {
      expect(service.read_only, name).to.equal(true);
      expect(service.cap_drop, name).to.deep.equal(['ALL']);
      expect(service.security_opt, name).to.deep.equal(['no-new-privileges:true']);
      expect(service.restart, name).to.equal('unless-stopped');
      expect(service.mem_limit, name).to.be.a('string');
    }
  });
});

describe('the image', () => {
  it('starts each service as npm does', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const entries = readFileSync(join(root, 'deploy/Dockerfile'), 'utf8').matchAll(/^ENTRYPOINT (.*)$/gm);
    const entry: string[] = JSON.parse([...entries].at(-1)?.[1] ?? '[]');
    for (const name of ours)
      expect([...entry, ...(services[name]?.command ?? [])].join(' ')).to.equal(scripts[`start:${name}`]);
  });

  it('is built from a list: no history, no secrets, no tests', () => {
    const [first, ...rest] = readFileSync(join(root, '.dockerignore'), 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(first, 'nothing').to.equal('*');
    const allowed = rest.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    for (const one of allowed) expect(one).not.to.match(/\.git|\.local|\.env|^test$/);
    expect(rest).to.include.members(['**/*.test.ts', '**/.env*']);
  });
});

describe('deploy/make-secrets.sh', () => {
  let dir: string;
  let file: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'qrflow-secrets-'));
    file = join(dir, '.env');
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const make = (...options: string[]) =>
    execFileSync('sh', [join(root, 'deploy/make-secrets.sh'), ...options, file], { encoding: 'utf8' });
  const read = () => parseEnv(readFileSync(file, 'utf8'));

  it('makes a .env with which docker compose starts every service, but for what only the owner knows', () => {
    expect(make()).to.include('Left to fill in: RAZORPAY_KEY_ID RAZORPAY_KEY_SECRET SMTP_HOST MAIL_FROM');
    const env = {
      ...read(),
      RAZORPAY_KEY_ID: 'rzp_live_Abc',
      RAZORPAY_KEY_SECRET: 'x',
      SMTP_HOST: 'smtp.example.edu',
      MAIL_FROM: 'Fest Desk <tickets@example.edu>',
    };
    for (const service of ours) loaders[service](environmentFrom(service, env));
    expect(() => environmentFrom('ingest', { ...env, RAZORPAY_KEY_ID: '' })).to.throw('RAZORPAY_KEY_ID is missing');
  });

  it('fills in all else for the demo', () => {
    expect(make('--demo')).to.include('Ready');
    const env = read();
    expect(env.COMPOSE_PROFILES).to.equal('demo');
    for (const service of ['gateway', 'ingest'] as const) loaders[service](environmentFrom(service, env));
    // Its certificate authority is written by the mail catcher, and is the only thing missing here.
    expect(() => loadTicketingConfig(environmentFrom('ticketing', env)))
      .to.throw(ConfigError)
      .with.property('faults')
      .that.deep.equals(['SMTP_CA_FILE: cannot be read (ENOENT)']);
  });

  it('is for the owner’s eyes only, and is not shown', () => {
    const said = make();
    expect(statSync(file).mode & 0o777).to.equal(0o600);
    for (const [name, value] of Object.entries(read()))
      if ((value ?? '').length > 8) expect(said, name).not.to.include(value);
  });

  it('changes nothing that has a value, however often it runs', () => {
    writeFileSync(file, 'JWT_SECRET=mine\n# a comment\nMAIL_FROM="Desk <a@example.edu>"\nADMIN_PASSWORD=\n');
    make();
    const first = readFileSync(file, 'utf8');
    expect(read()).to.include({ JWT_SECRET: 'mine', MAIL_FROM: 'Desk <a@example.edu>' });
    expect(read().ADMIN_PASSWORD).to.match(/^[0-9a-f]{32}$/);
    expect(first).to.include('# a comment');
    expect(make()).to.include('has every secret already');
    expect(readFileSync(file, 'utf8')).to.equal(first);
  });

  it('makes the public key of the signing key that is there', () => {
    make();
    const { TICKET_PUBLIC_KEYS } = read();
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^TICKET_PUBLIC_KEYS=.*$/m, 'TICKET_PUBLIC_KEYS='));
    make();
    expect(read().TICKET_PUBLIC_KEYS).to.equal(TICKET_PUBLIC_KEYS);
  });

  it('makes no new signing key beside public keys whose tickets live', () => {
    writeFileSync(file, 'TICKET_PUBLIC_KEYS=somebody’s\n');
    expect(() => execFileSync('sh', [join(root, 'deploy/make-secrets.sh'), file], { stdio: 'pipe' })).to.throw(
      'set both or neither',
    );
  });
});
