/** The gateway, assembled: the console and the REST API on its port, metrics and health on the ops port. */
import packageJson from '../../package.json' with { type: 'json' };
import { createHttpApp } from '../../shared/http/app.ts';
import { listen } from '../../shared/http/listen.ts';
import { openParts, type Parts } from '../../shared/service/parts.ts';
import type { RunningService } from '../../shared/service/run.ts';
import { doorKey, ticketVerifier } from '../../shared/ticket/token.ts';
import { resendLimit } from './attendees/resend-limit.ts';
import { browserSessions } from './auth/browser-session.ts';
import { ensureFirstAdmin } from './auth/first-admin.ts';
import { passwordHashing, type ScryptCost } from './auth/password.ts';
import { passwordCheck, signIn } from './auth/sign-in.ts';
import { LOGIN_LIMITS, type LoginLimits } from './auth/throttle.ts';
import type { GatewayConfig } from './config.ts';
import { serveAssets } from './console/assets.ts';
import { PAGES } from './console/pages/index.ts';
import { consoleRouter } from './console/router.ts';
import { type ConsoleOptions, showProblem } from './console/show.ts';
import { eventFacts } from './events/facts.ts';
import { type FindLimits, findTicket } from './find-ticket/find.ts';
import type { Gateway } from './gateway.ts';
import { authenticator } from './http/authenticate.ts';
import { measure } from './http/measure.ts';
import { openApiDocument } from './http/openapi.ts';
import { tellRefusals } from './http/refusals.ts';
import { buildRouter } from './http/router.ts';
import { securityHeaders } from './http/security-headers.ts';
import { testMailLimit } from './mail-template/test-limit.ts';
import { createGatewayMetrics } from './metrics.ts';
import { ROUTES } from './routes/index.ts';
import { watchSigningKey } from './system/signing-key.ts';
import { type TicketPageLimits, ticketPages } from './ticket-page/open.ts';

export interface RunningGateway extends RunningService {
  port: number;
  opsPort: number;
  /** The first administrator is there: people can sign in. */
  usersReady: Promise<void>;
}

export interface GatewayOptions {
  loginLimits?: LoginLimits;
  findLimits?: FindLimits;
  ticketPageLimits?: TicketPageLimits;
  /** How dear it is to guess a password. For tests, whose passwords nobody guesses. */
  passwordCost?: ScryptCost;
  /** Fails instead of sending what a route did not declare. For tests. */
  verifyAnswers?: boolean;
}

/** Starts the gateway; it listens before store and bus are there, and answers 503 until they are. */
export async function startGateway(
  config: GatewayConfig,
  parts: Parts = openParts('gateway', config),
  options: GatewayOptions = {},
): Promise<RunningGateway> {
  const { store, bus, log } = parts;
  const stopping = new AbortController();
  const passwords = passwordHashing(options.passwordCost);
  const usersReady = parts.storeReady.then(() =>
    ensureFirstAdmin({ store, passwords, log }, config.ADMIN_USERNAME, config.ADMIN_PASSWORD, stopping.signal),
  );
  usersReady.catch((error: unknown) =>
    log.info({ err: error }, 'users: stopped before the first administrator was made'),
  );
  const checkPassword = passwordCheck({
    store,
    passwords,
    limits: options.loginLimits ?? LOGIN_LIMITS,
    usersReady,
  });
  let document: Record<string, unknown> | undefined;
  const gateway: Gateway = {
    store,
    bus,
    log,
    metrics: createGatewayMetrics(parts.registry),
    passwords,
    checkPassword,
    signIn: signIn({ store, secret: config.JWT_SECRET, ttlMs: config.JWT_TTL, checkPassword }),
    findTicket: findTicket(options.findLimits),
    ticketPages: ticketPages(options.ticketPageLimits),
    eventFacts: eventFacts(store),
    resendLimit: resendLimit(),
    testMailLimit: testMailLimit(),
    verifyTicket: ticketVerifier(config.TICKET_PUBLIC_KEYS),
    doorKeys: config.TICKET_PUBLIC_KEYS.map(doorKey),
    document() {
      document ??= openApiDocument({ routes: ROUTES, version: packageJson.version, publicUrl: config.PUBLIC_URL });
      return document;
    },
    version: packageJson.version,
    publicUrl: config.PUBLIC_URL,
    stopping: stopping.signal,
  };

  parts.storeReady.then(
    () => watchSigningKey(gateway, stopping.signal),
    () => undefined,
  );

  const sessions = browserSessions({ secret: config.JWT_SECRET, publicUrl: config.PUBLIC_URL });
  const inConsole: ConsoleOptions = { declared: PAGES, sessions, version: packageJson.version };
  const authenticate = authenticator(store, config.JWT_SECRET, sessions);
  const app = createHttpApp(log, (ctx, problem) => showProblem(ctx, problem, inConsole));
  app.proxy = config.TRUSTED_PROXIES > 0;
  app.maxIpsCount = config.TRUSTED_PROXIES;
  app.use(measure(gateway.metrics));
  app.use(securityHeaders);
  app.use(serveAssets);
  app.use(tellRefusals);
  app.use(consoleRouter({ ...inConsole, gateway, authenticate }));
  app.use(
    buildRouter({
      routes: ROUTES,
      gateway,
      authenticate,
      sessions,
      verifyAnswers: options.verifyAnswers ?? false,
    }),
  );

  const listening: { close(): Promise<void>; port: number }[] = [];
  const stop = async () => {
    stopping.abort();
    await Promise.all(listening.map((one) => one.close()));
    await parts.close();
  };
  try {
    listening.push(await parts.serveOps(config.GATEWAY_OPS_PORT));
    listening.push(await listen(app.callback(), config.GATEWAY_PORT, config.HOST, 'gateway'));
  } catch (error) {
    await stop();
    throw error;
  }
  const [opsPort, port] = listening.map((one) => one.port) as [number, number];

  log.info({ port, ops_port: opsPort }, 'gateway: listening');
  return { port, opsPort, usersReady, log, stop };
}
