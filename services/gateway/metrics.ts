import { Counter, FAST_SECONDS, Gauge, Histogram, type Registry } from '../../shared/metrics/index.ts';

export type GatewayMetrics = ReturnType<typeof createGatewayMetrics>;

export const createGatewayMetrics = (registry: Registry) => ({
  requests: new Counter({
    name: 'qrflow_http_requests_total',
    help: 'API requests by method, route template and status; route "none": no such path.',
    labelNames: ['method', 'route', 'status'] as const,
    registers: [registry],
  }),
  duration: new Histogram({
    name: 'qrflow_http_request_duration_seconds',
    help: 'How long API requests took, by method and route template.',
    labelNames: ['method', 'route'] as const,
    // A manual sync answers within half a minute.
    buckets: [...FAST_SECONDS, 10, 30],
    registers: [registry],
  }),
  logins: new Counter({
    name: 'qrflow_logins_total',
    help: 'Sign-ins by answer: succeeded, failed, throttled.',
    labelNames: ['answer'] as const,
    registers: [registry],
  }),
  checkins: new Counter({
    name: 'qrflow_checkins_total',
    help: 'Scanned tickets by what the gate was told.',
    labelNames: ['reason'] as const,
    registers: [registry],
  }),
  conflicts: new Counter({
    name: 'qrflow_checkin_conflicts_total',
    help: 'People whom a door without network let in and whom the store would have refused, by why.',
    labelNames: ['reason'] as const,
    registers: [registry],
  }),
  signingKeyUnknown: new Gauge({
    name: 'qrflow_signing_key_unknown',
    help: 'Whether tickets are signed with a key that is not in TICKET_PUBLIC_KEYS: 1 or 0.',
    registers: [registry],
  }),
});
