/** What a person needs once the stack is up. Pure. */
import { paint } from './paint.ts';
import type { RunningStack } from './start.ts';

export function whereToLook(
  { info, logs }: Pick<RunningStack, 'info' | 'logs'>,
  { infoFile, colours }: { infoFile: string; colours: boolean },
): string {
  const rows = [
    ['browser', info.gateway],
    ['login', `${info.admin.username} / ${info.admin.password}`],
    ['API', `${info.gateway} (described in ${info.gateway}/openapi.json)`],
    ['inbox', info.mail],
    ['Razorpay', `${info.razorpay} (controls below /control)`],
    ['webhooks', info.webhook],
    [
      'metrics',
      Object.values(info.ops)
        .map((url) => `${url}/metrics`)
        .join('  '),
    ],
    ['MongoDB', info.mongodb],
    ['NATS', info.nats],
    ['more', `${infoFile}; logs in ${logs}`],
  ] as const;
  return ['', ...rows.map(([what, where]) => `  ${paint('bold', what.padEnd(9), colours)} ${where}`), ''].join('\n');
}
