/** More replicas of a world's services, and a way for one webhook to reach each of them. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type RunningIngest, startIngest } from '../../services/ingest/app.ts';
import { loadIngestConfig } from '../../services/ingest/config.ts';
import { type RunningTicketing, startTicketing, type TicketingOptions } from '../../services/ticketing/app.ts';
import { loadTicketingConfig } from '../../services/ticketing/config.ts';
import { openParts, type Parts } from '../../shared/service/parts.ts';
import { WEBHOOK_SECRET, type World } from '../world.ts';

/** A replica whose metrics can be read. */
export type IngestReplica = RunningIngest & { parts: Parts };
export type TicketingReplica = RunningTicketing & { parts: Parts };

/** One more replica of ticketing, as its own process would be: with a store, a bus and metrics of its own. */
export async function moreTicketing(world: World, options: TicketingOptions = {}): Promise<TicketingReplica> {
  const config = loadTicketingConfig(world.env);
  const parts = openParts('ticketing', config);
  return { ...(await startTicketing(config, parts, options)), parts };
}

export async function moreIngest(world: World): Promise<IngestReplica> {
  const config = loadIngestConfig(world.env);
  const parts = openParts('ingest', config);
  return { ...(await startIngest(config, { parts, retry: { tries: 3, baseMs: 20, maxMs: 200 } })), parts };
}

/** The value of a metric over these registries; `labels` as prom-client has them. */
export async function total(parts: readonly Parts[], name: string, labels: Record<string, string> = {}) {
  const metrics = await Promise.all(parts.map(({ registry }) => registry.getSingleMetric(name)?.get()));
  return metrics
    .flatMap((metric) => metric?.values ?? [])
    .filter((value) => Object.entries(labels).every(([key, is]) => value.labels[key] === is))
    .reduce((sum, { value }) => sum + value, 0);
}

/** Sends every webhook of the simulator to all of `ports` at the same moment, byte for byte; 200 once all have it. */
export async function webhooksToEach(world: World, ports: readonly number[]): Promise<{ close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { connection, host, 'content-length': length, ...headers } = request.headers as Record<string, string>;
    const send = async (port: number) =>
      (await fetch(`http://127.0.0.1:${port}${request.url}`, { method: 'POST', headers, body: Buffer.concat(chunks) }))
        .status;
    const statuses = await Promise.all(ports.map(send)).catch(() => [503]);
    response.writeHead(Math.max(...statuses)).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await world.razorpay.control('/webhooks', {
    url: `http://127.0.0.1:${port}/webhooks/razorpay`,
    secret: WEBHOOK_SECRET,
  });
  return {
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
