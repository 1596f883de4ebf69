/** A stage for one run, alone on the machine: programs compiled, servers started, everything ended afterwards. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { takeLock } from '../../deploy/local/children/lock.ts';
import { localDir } from '../../deploy/local/servers/local-dir.ts';
import { startMongo } from '../../deploy/local/servers/mongo.ts';
import { startNats } from '../../deploy/local/servers/nats.ts';
import { compiled } from '../code.ts';
import { type Machine, machine } from '../measure/machine.ts';
import { FULL } from '../measure/path.ts';
import { openStage, type Stage } from './stage.ts';

/** @throws Locked while another run is on, and what compiling and starting throw */
export async function onStage<T>(signal: AbortSignal, work: (stage: Stage, on: Machine) => Promise<T>): Promise<T> {
  const dir = join(localDir(), 'bench');
  // Another at the same time would be measured, too, and its data is about to be thrown away.
  const held = takeLock(`${dir}.lock`);
  try {
    rmSync(dir, { recursive: true, force: true });
    mkdirSync(dir, { recursive: true });
    const code = await compiled(dir, signal);
    const [nats, mongo] = await Promise.all([
      startNats({ dir: join(dir, 'nats'), ignoreEnv: true }),
      startMongo({ dir: join(dir, 'mongodb') }),
    ]);
    const stage = await openStage({ dir, sizes: FULL, code, nats: nats.url, mongodb: mongo.url });
    try {
      return await work(stage, machine([nats.source, mongo.source]));
    } finally {
      await stage.close();
      await Promise.all([nats.stop(), mongo.stop()]);
    }
  } finally {
    held.release();
  }
}
