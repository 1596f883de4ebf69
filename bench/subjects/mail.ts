/** Mails as ticketing sends them once they are made: through the breaker and its pooled connections, over TLS. */
import { mailBreaker } from '../../services/ticketing/mail/breaker.ts';
import { smtpTransport } from '../../services/ticketing/mail/transport.ts';
import { createTicketingMetrics } from '../../services/ticketing/metrics.ts';
import { createLogger } from '../../shared/log/index.ts';
import { createRegistry } from '../../shared/metrics/index.ts';
import { answer } from '../process/answering.ts';
import { timed } from '../process/timed.ts';
import { AT_ONCE, mails, server } from './mails.ts';

const metrics = createTicketingMetrics(createRegistry('ticketing'));
const transport = smtpTransport({ ...server(), connections: AT_ONCE });
const breaker = mailBreaker(transport, 30_000, createLogger('ticketing', 'info'), metrics);

answer('ready', () => true);
answer('work', async (operations: number) => {
  const messages = await mails(operations);
  return timed(operations, AT_ONCE, async (nth) => breaker.send(messages[nth] ?? {}));
});
