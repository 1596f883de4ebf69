/** A real gateway on real servers for a suite, with a caller that signs in as any role. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { Logger } from '../../../shared/log/index.ts';
import { openParts, type Parts } from '../../../shared/service/parts.ts';
import type { Role } from '../../../shared/store/documents.ts';
import type { Store } from '../../../shared/store/index.ts';
import { testServers } from '../../../test/servers.ts';
import { type GatewayOptions, type RunningGateway, startGateway } from '../app.ts';
import { type GatewayConfig, loadGatewayConfig } from '../config.ts';
import { club, user } from './documents.ts';
import { CHEAP, cheapHash } from './passwords.ts';

export const PASSWORD = 'correct horse battery';

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test says by its expectations what it thinks the answer is
  body: any;
}

export interface TestGateway {
  url: string;
  config: GatewayConfig;
  parts: Parts;
  store: Store;
  running: RunningGateway;
  signingKey: KeyObject;
  /** A token of a user with this role; one sign-in each. */
  token(role: Role): Promise<string>;
  /** Asks as this role, or as nobody; an object as body goes as JSON, a form as multipart. */
  ask(who: Role | null, method: string, path: string, body?: unknown): Promise<Answer>;
  stop(): Promise<void>;
}

export const read = async (response: Response): Promise<Answer> => {
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json') === true;
  return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
};

/** What the console says on the page that comes next, as `tone:text`. */
export const saidNext = (answer: Response): string => {
  const kept = /^qrflow_said=([\w-]+)/.exec(answer.headers.getSetCookie().join())?.[1] ?? '';
  return Buffer.from(kept, 'base64url').toString();
};

export interface StartOptions extends GatewayOptions {
  env?: Record<string, string>;
  /** Instead of silence. */
  log?: Logger;
}

export async function startTestGateway({ env = {}, log, ...options }: StartOptions = {}): Promise<TestGateway> {
  const servers = await testServers();
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const config = loadGatewayConfig({
    MONGODB_URI: servers.mongoUri(),
    NATS_URL: servers.natsUrl,
    HOST: '127.0.0.1',
    GATEWAY_PORT: '0',
    GATEWAY_OPS_PORT: '0',
    LOG_LEVEL: 'silent',
    JWT_SECRET: 'for these tests only, and 32 bytes long',
    ADMIN_USERNAME: 'admin',
    ADMIN_PASSWORD: PASSWORD,
    TICKET_PUBLIC_KEYS: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    ...env,
  });
  const parts = openParts('gateway', config, log);
  const running = await startGateway(config, parts, { verifyAnswers: true, passwordCost: CHEAP, ...options });
  await running.usersReady;
  const url = `http://127.0.0.1:${running.port}`;
  const tokens = new Map<Role, Promise<string>>();

  const raw = async (token: string | null, method: string, path: string, body?: unknown): Promise<Answer> =>
    read(
      await fetch(url + path, {
        method,
        headers: {
          ...(token !== null && { Authorization: `Bearer ${token}` }),
          ...(body !== undefined && !(body instanceof FormData) && { 'Content-Type': 'application/json' }),
        },
        ...(body !== undefined && { body: body instanceof FormData ? body : JSON.stringify(body) }),
      }),
    );

  const login = async (username: string): Promise<string> => {
    const { body } = await raw(null, 'POST', '/api/auth/login', { username, password: PASSWORD });
    return body.access_token;
  };
  const token = (role: Role): Promise<string> => {
    const found =
      tokens.get(role) ??
      (async () => {
        if (role === 'admin') return login('admin');
        if (role === 'organizer') await parts.store.clubs.create(club());
        const one = user(role, { password: await cheapHash(PASSWORD) });
        await parts.store.users.create(one);
        return login(one.username);
      })();
    tokens.set(role, found);
    return found;
  };

  return {
    url,
    config,
    parts,
    store: parts.store,
    running,
    signingKey: privateKey,
    token,
    ask: async (who, method, path, body) => raw(who && (await token(who)), method, path, body),
    stop: () => running.stop(),
  };
}
