/** A store of its own and the tools of settling, for tests of single steps without bus, mail or Razorpay. */
import { generateKeyPairSync } from 'node:crypto';
import { createLogger } from '../../../shared/log/index.ts';
import { createRegistry } from '../../../shared/metrics/index.ts';
import type { AttendeeDoc, EventDoc, PaymentDoc } from '../../../shared/store/documents.ts';
import { openStore, type Store } from '../../../shared/store/index.ts';
import { DEFAULT_ALIASES } from '../../../shared/student/aliases.ts';
import { testServers } from '../../../test/servers.ts';
import { createTicketingMetrics } from '../metrics.ts';
import { seatsOf } from '../settle/seats.ts';
import type { SettleTools } from '../settle/settle.ts';
import { ticketIdKey } from '../ticket/ticket-id.ts';

export interface Desk {
  store: Store;
  /** Replaces what is stored by these. */
  lay(docs: { payments?: PaymentDoc[]; events?: EventDoc[]; attendees?: AttendeeDoc[] }): Promise<void>;
  payment(id?: string): Promise<PaymentDoc>;
  /** What `work` asks the store, in its order: `bindings.findOne`. */
  asked(work: () => Promise<unknown>): Promise<string[]>;
  /** Tools as a fresh replica has them; `change` replaces some. */
  tools(change?: Partial<SettleTools>): SettleTools;
  close(): Promise<void>;
}

export async function openDesk(): Promise<Desk> {
  const { mongoUri } = await testServers();
  const log = createLogger('test', 'silent');
  const store = openStore({ uri: mongoUri(), log, name: 'test' });
  await store.connection.asPromise();
  await store.prepare();
  const idKey = ticketIdKey(generateKeyPairSync('ed25519').privateKey);
  const metrics = createTicketingMetrics(createRegistry('test'));
  let attendees = 1_000;

  return {
    store,
    async lay({ payments = [], events = [], attendees = [] }) {
      await Promise.all(
        [store.payments, store.events, store.attendees, store.mails, store.activities, store.counters].map(
          ({ collection }) => collection.deleteMany({}),
        ),
      );
      if (payments.length > 0) await store.payments.collection.insertMany(payments as never[]);
      if (events.length > 0) await store.events.collection.insertMany(events as never[]);
      if (attendees.length > 0) await store.attendees.collection.insertMany(attendees as never[]);
    },
    async payment(id = 'pay_AAAAAAAAAAAAAA') {
      const found = await store.payments.findById(id).lean<PaymentDoc>();
      if (!found) throw new Error(`there is no payment ${id}`);
      return found;
    },
    async asked(work) {
      const asked: string[] = [];
      store.connection.set('debug', (collection: string, method: string) => void asked.push(`${collection}.${method}`));
      await work().finally(() => store.connection.set('debug', false));
      return asked;
    },
    tools: (change = {}) => ({
      store,
      log,
      metrics,
      seats: seatsOf(store),
      idKey,
      nextAttendeeId: async () => attendees++,
      rules: { aliases: DEFAULT_ALIASES, required: ['name', 'roll_number'], defaultEventId: undefined },
      mailDomain: 'example.edu',
      lookUp: async () => {
        throw new Error('Razorpay is not asked here');
      },
      onMailOwed: () => undefined,
      onFreed: () => undefined,
      ...change,
    }),
    close: () => store.close(),
  };
}
