/** Counts what a service sends to the bus: a proxy in front of NATS that reads the protocol's own lines. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface BusWire {
  url: string;
  /** How many messages were sent to a subject that begins so. */
  sent(prefix: string): number;
  clear(): void;
  close(): Promise<void>;
}

const CRLF = '\r\n';

/** Calls back with each subject of a PUB or HPUB; payloads are skipped by their length, whatever is in them. */
function readSubjects(socket: Socket, on: (subject: string) => void): void {
  let text = '';
  let skip = 0;
  socket.on('data', (bytes: Buffer) => {
    text += bytes.toString('latin1');
    for (;;) {
      const skipped = Math.min(skip, text.length);
      text = text.slice(skipped);
      skip -= skipped;
      const end = text.indexOf(CRLF);
      if (skip > 0 || end === -1) return;
      const [verb, subject, ...rest] = text.slice(0, end).split(' ');
      text = text.slice(end + CRLF.length);
      if (verb !== 'PUB' && verb !== 'HPUB') continue;
      on(subject ?? '');
      skip = Number(rest.at(-1)) + CRLF.length;
    }
  });
}

export async function startBusWire(natsUrl: string): Promise<BusWire> {
  const { hostname, port } = new URL(natsUrl);
  const sockets = new Set<Socket>();
  let subjects: string[] = [];
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on('error', () => other.destroy());
      one.on('close', () => sockets.delete(one));
    }
    readSubjects(client, (subject) => subjects.push(subject));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `nats://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent: (prefix) => subjects.filter((subject) => subject.startsWith(prefix)).length,
    clear: () => {
      subjects = [];
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
