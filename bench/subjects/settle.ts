/** Ticketing, whole, but for where its messages come from: handed over one after the other instead of by the bus. */
import { startTicketing } from '../../services/ticketing/app.ts';
import { loadTicketingConfig } from '../../services/ticketing/config.ts';
import { type Consumption, OBSERVED } from '../../shared/bus/index.ts';
import { openParts } from '../../shared/service/parts.ts';
import { until } from '../../test/until.ts';
import { answer } from '../process/answering.ts';
import { timed } from '../process/timed.ts';

const config = loadTicketingConfig(process.env);
const parts = openParts('ticketing', config);
const consuming = new Promise<Consumption>((resolve) => {
  parts.bus.consume = (consumption) => {
    resolve(consumption);
    return { stop: async () => undefined };
  };
});
await startTicketing(config, parts);

answer('ready', async () => {
  const { open } = await consuming;
  return until(open, (yes) => yes, 'ticketing takes messages');
});
answer('work', async (messages: string[]) => {
  const { handle } = await consuming;
  const all = messages.map((message) => Buffer.from(message));
  return timed(all.length, 1, async (nth) => {
    const bytes = all[nth] as Buffer;
    const verdict = await handle({ subject: OBSERVED, bytes, deliveries: 1, correlationId: 'bench' });
    if (verdict !== 'ack') throw new Error(`a message was given back for ${verdict} ms`);
  });
});
