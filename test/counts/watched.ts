/** A whole QRFlow whose services are watched: every command they send to the store, every message of the bus. */
import { startGateway } from '../../services/gateway/app.ts';
import { loadGatewayConfig } from '../../services/gateway/config.ts';
import { startIngest } from '../../services/ingest/app.ts';
import { loadIngestConfig } from '../../services/ingest/config.ts';
import { startTicketing } from '../../services/ticketing/app.ts';
import { loadTicketingConfig } from '../../services/ticketing/config.ts';
import { openParts, type Parts } from '../../shared/service/parts.ts';
import { startWorld, WEBHOOK_SECRET, type World } from '../world.ts';
import { type BusWire, startBusWire } from './bus-wire.ts';
import { monitored, type StoreWire, watchStore } from './store-wire.ts';

export interface Watched {
  world: World;
  wires: Record<'gateway' | 'ingest' | 'ticketing', StoreWire>;
  buses: Record<'ingest' | 'ticketing', BusWire>;
  stop(): Promise<void>;
}

/** Sweeps run on demand only. What is done for a message is the work `delivery`. */
export async function startWatched(change: Record<string, string>): Promise<Watched> {
  const world = await startWorld(change);
  await Promise.all([world.gateway.stop(), world.ingest.stop(), world.ticketing.stop()]);
  const wires = {} as Watched['wires'];
  const [ingestBus, ticketingBus] = await Promise.all([startBusWire(world.nats.url), startBusWire(world.nats.url)]);
  const buses = { ingest: ingestBus, ticketing: ticketingBus };
  const env = (natsUrl = world.nats.url) => ({
    ...world.env,
    MONGODB_URI: monitored(world.env.MONGODB_URI ?? ''),
    NATS_URL: natsUrl,
  });
  const watched = (name: keyof typeof wires, parts: Parts) => {
    wires[name] = watchStore(parts.store);
    return parts;
  };
  const gateway = loadGatewayConfig(env());
  world.gateway = await startGateway(gateway, watched('gateway', openParts('gateway', gateway)));
  const ingest = loadIngestConfig(env(buses.ingest.url));
  const ingestParts = watched('ingest', openParts('ingest', ingest));
  world.ingest = await startIngest(ingest, { parts: ingestParts, schedule: false });
  await world.razorpay.control('/webhooks', {
    url: `http://127.0.0.1:${world.ingest.port}/webhooks/razorpay`,
    secret: WEBHOOK_SECRET,
  });
  const ticketing = loadTicketingConfig(env(buses.ticketing.url));
  const parts = watched('ticketing', openParts('ticketing', ticketing));
  const { consume } = parts.bus;
  parts.bus.consume = (consumption) =>
    consume({
      ...consumption,
      handle: (message) => wires.ticketing.during('delivery', () => consumption.handle(message)),
    });
  world.ticketing = await startTicketing(ticketing, parts);
  await world.gateway.usersReady;
  return {
    ...{ world, wires, buses },
    async stop() {
      await world.stop();
      for (const bus of Object.values(buses)) await bus.close();
    },
  };
}
