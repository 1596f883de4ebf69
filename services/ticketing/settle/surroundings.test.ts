/** What is asked for every payment must stay cheap with thousands of attendees. */
import { expect } from 'chai';
import { createLogger } from '../../../shared/log/index.ts';
import { openStore, type Store } from '../../../shared/store/index.ts';
import { keysOfRoll } from '../../../shared/student/key.ts';
import { paymentDoc } from '../../../test/documents.ts';
import { testServers } from '../../../test/servers.ts';

describe('what surrounds a payment', () => {
  let store: Store;
  before(async function () {
    this.timeout(60_000);
    const { mongoUri } = await testServers();
    store = openStore({ uri: mongoUri(), log: createLogger('test', 'silent'), name: 'test' });
    await store.connection.asPromise();
    await store.prepare();
  });
  after(async () => {
    await store?.close();
  });

  it('is found through an index, however many attendees there are', async () => {
    const { _id } = paymentDoc();
    for (const filter of [
      { payment_id: _id },
      { live: true, event_id: 1, student_key: keysOfRoll('21CS042|X') },
      { live: true, event_id: 1, seat: { $gt: 0 } },
    ]) {
      const plan = JSON.stringify(await store.attendees.find(filter).explain('queryPlanner'));
      expect(plan, plan).to.include('IXSCAN').and.not.include('COLLSCAN');
    }
  });
});
