import { connect } from 'node:net';
import { mongo } from 'mongoose';

/** The address of our own MongoDB, with QRFlow's database. */
export function mongoUrl(port: number): string {
  return `mongodb://127.0.0.1:${port}/qrflow?directConnection=true`;
}

/** Resolves if a MongoDB answers a ping at this address; the driver itself would try for seconds before it says no. */
export async function pingMongo(url: string, timeoutMs = 5_000): Promise<void> {
  const local = /^mongodb:\/\/127\.0\.0\.1:(\d+)/.exec(url);
  if (local !== null) await reach(Number(local[1]));
  const client = new mongo.MongoClient(url, { serverSelectionTimeoutMS: timeoutMs });
  try {
    await client.db().command({ ping: 1 });
  } finally {
    await client.close();
  }
}

function reach(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
  });
}
