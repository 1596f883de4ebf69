/** Settling, and what a duplicate costs: ticketing and its limit, each on a database of its own. */
import { facts } from '../../services/gateway/testing/documents.ts';
import type { Observation } from '../../shared/razorpay/observation.ts';
import type { Store } from '../../shared/store/index.ts';
import { prepareEvent } from '../load/event.ts';
import { openFilled } from '../load/filled.ts';
import type { Contest, Path, Run } from '../measure/path.ts';
import type { Program } from '../process/program.ts';
import type { Stage } from '../process/stage.ts';

interface Settling {
  ours: Program;
  limit: Program;
  stores: Record<'ours' | 'limit', Store>;
  /** Payments so far. */
  made: Record<'ours' | 'limit', number>;
}

const settling = (stage: Stage): Promise<Settling> =>
  stage.once('settling', async () => {
    const databases = [stage.database(), stage.database()] as const;
    const [ours, limit] = (await Promise.all(databases.map(openFilled))) as [Store, Store];
    for (const store of [ours, limit]) {
      stage.atEnd(() => store.close());
      await prepareEvent(store);
    }
    const env = { ...(await stage.environment('ticketing', databases[0])), RECOVERY_INTERVAL: '1h' };
    return {
      ours: await stage.program('subjects/settle', env),
      limit: await stage.program('limits/settle', { MONGODB_URI: databases[1] }),
      stores: { ours, limit },
      made: { ours: 0, limit: 0 },
    };
  });

/** The nth payment as a webhook tells it; without an address, so that no mail is on its way meanwhile. */
function observation(n: number, sight = 0): string {
  const values = { name: 'Asha Rao', roll_number: `R${n}`, college_name: 'Example Institute', event_id: '1' };
  const notes = Object.entries(values).map(([key, value]) => ({ key, value }));
  const payment = facts(n, { notes: notes.sort((a, b) => (a.key < b.key ? -1 : 1)) });
  const seen: Observation = {
    ...{ id: `bench.${n}.${sight}`, payment_id: payment.id, source: 'webhook', event: 'payment.captured' },
    ...{ observed_at: payment.created_at + 3, correlation_id: 'bench', payment },
  };
  return JSON.stringify(seen);
}

/** New payments on one side, each of which ends with a ticket. @throws Error when one does not */
async function settleNew({ made, stores, ...programs }: Settling, side: 'ours' | 'limit', count: number): Promise<Run> {
  const messages = Array.from({ length: count }, (_, n) => observation(made[side] + n + 1));
  const run = await programs[side].ask<Run>('work', messages);
  made[side] += count;
  const ticketed = await stores[side].payments.countDocuments({ 'outcome.kind': 'ticketed', pending: false });
  if (ticketed !== made[side]) throw new Error(`${ticketed} of ${made[side]} payments have a ticket`);
  return run;
}

const nothing = async () => undefined;

export const settle: Path = {
  name: 'settle',
  does: 'a new captured payment, from the message to its ticket; one after the other',
  limit: 'its seven store trips',
  goal: { of: 'time', atMost: 1.25 },
  cpuAtMostMs: 3,
  least: 10,
  async open(stage) {
    const both = await settling(stage);
    const side = (name: 'ours' | 'limit') => ({
      run: (operations: number) => settleNew(both, name, operations),
      cpuMs: both[name].cpuMs,
    });
    return { ours: side('ours'), limit: side('limit'), close: nothing };
  },
};

/** So many payments are told of again and again. */
const KNOWN = 10;

export const duplicate: Path = {
  name: 'duplicate',
  does: 'a payment told once more that is settled already; one after the other',
  limit: 'one store trip',
  goal: { of: 'time', atMost: 1.25 },
  least: 20,
  async open(stage): Promise<Contest> {
    const both = await settling(stage);
    for (const side of ['ours', 'limit'] as const)
      if (both.made[side] < KNOWN) await settleNew(both, side, KNOWN - both.made[side]);
    let sights = 0;
    const messages = (count: number) => Array.from({ length: count }, (_, n) => observation(1 + (n % KNOWN), ++sights));
    return {
      ours: { run: (operations) => both.ours.ask<Run>('work', messages(operations)), cpuMs: both.ours.cpuMs },
      limit: { run: (operations) => both.limit.ask<Run>('again', messages(operations)), cpuMs: both.limit.cpuMs },
      close: nothing,
    };
  },
};
