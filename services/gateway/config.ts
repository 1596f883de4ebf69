/** What the gateway can be told. */
import { commonFaults, commonSettings, PUBLIC_URL } from '../../shared/config/common.ts';
import * as field from '../../shared/config/fields.ts';
import { type Config, loadConfig, type Settings } from '../../shared/config/index.ts';
import { readPublicKeys } from '../../shared/ticket/token.ts';
import { weakness } from './auth/weak-passwords.ts';

const publicKeys = field.pemReadBy(
  readPublicKeys,
  'holds a block that is no Ed25519 public key; make it with: openssl pkey -in signing.pem -pubout',
);

export const gatewaySettings = {
  ...commonSettings,
  GATEWAY_PORT: { doc: 'The REST API.', type: field.port, default: '8000' },
  GATEWAY_OPS_PORT: { doc: 'Metrics and health of the gateway.', type: field.port, default: '9100' },
  JWT_SECRET: {
    doc: 'Signs sign-in tokens; any text of at least 32 bytes. Changing it signs everybody out.',
    type: field.secret(32, 'openssl rand -hex 32'),
    secret: true,
  },
  JWT_TTL: { doc: 'How long a sign-in lasts.', type: field.duration, default: '12h' },
  ADMIN_USERNAME: {
    doc: 'The first administrator, made when there is no user yet.',
    type: field.text.regex(/^[\w.@-]{2,64}$/, 'may hold letters, digits and . _ @ -'),
    example: 'admin',
  },
  ADMIN_PASSWORD: {
    doc: 'That administrator’s password, at least 10 characters.',
    type: field.text.min(10, 'needs at least 10 characters'),
    secret: true,
  },
  TICKET_PUBLIC_KEYS: {
    doc: 'The public keys (SPKI PEM blocks) that tickets are verified with: the current one, and older ones while their tickets live. Make it with: openssl pkey -in signing.pem -pubout',
    type: publicKeys,
  },
  TRUSTED_PROXIES: {
    doc: 'How many reverse proxies of yours stand in front: the caller’s address is taken from their X-Forwarded-For. Sign-ins and “Find my ticket” are throttled by it.',
    type: field.count(0, 10),
    default: '0',
  },
  PUBLIC_URL,
} as const satisfies Settings;

export type GatewayConfig = Config<typeof gatewaySettings>;

function faults(config: GatewayConfig): string[] {
  const weak = weakness(config.ADMIN_PASSWORD, config.ADMIN_USERNAME);
  return [...commonFaults(config), ...(weak === null ? [] : [`ADMIN_PASSWORD ${weak}`])];
}

/** @throws ConfigError naming every fault */
export const loadGatewayConfig = (env: NodeJS.ProcessEnv): GatewayConfig => loadConfig(gatewaySettings, env, faults);
