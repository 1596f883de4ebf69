import { expect } from 'chai';
import fc from 'fast-check';
import { createLogger } from '../../../shared/log/index.ts';
import { paymentFacts, stripped } from '../../../shared/razorpay/facts.ts';
import { type Joinable, join } from '../../../shared/razorpay/join.ts';
import type { Observation } from '../../../shared/razorpay/observation.ts';
import { openStore, type Store } from '../../../shared/store/index.ts';
import { anyObservation } from '../../../test/observations.ts';
import { testServers } from '../../../test/servers.ts';
import { newClaim } from '../settle/claim.ts';
import { joinObservation } from './store.ts';

const joinAll = (observations: Observation[]) =>
  observations.reduce<Joinable | null>((doc, observation) => join(doc, observation), null);

/** The registers: what the join promises. `rev` counts changes and so depends on the order. */
function registers(doc: object | null) {
  const { payment, order, qr, absence, refunds, disputes } = (doc ?? {}) as Joinable;
  return { payment, order, qr, absence, refunds, disputes };
}

const PAYMENT = 'pay_AAAAAAAAAAAAAA';
const histories = fc.array(anyObservation(PAYMENT), { minLength: 1, maxLength: 8 });

const shuffled = (history: Observation[]) => fc.shuffledSubarray(history, { minLength: history.length });

describe('the join', () => {
  it('does not depend on the order of observations', () => {
    fc.assert(
      fc.property(
        histories.chain((history) => fc.tuple(fc.constant(history), shuffled(history))),
        ([history, other]) => {
          expect(registers(joinAll(history))).to.deep.equal(registers(joinAll(other)));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('takes an observation seen again for nothing new', () => {
    fc.assert(
      fc.property(histories, fc.nat(), (history, pick) => {
        const again = history[pick % history.length] as Observation;
        const once = joinAll(history);
        const twice = join(once, again);
        expect(registers(twice)).to.deep.equal(registers(once));
        expect(twice.rev).to.equal(once?.rev);
      }),
    );
  });

  it('comes to the same, however a history is grouped into what each replica saw first', () => {
    fc.assert(
      fc.property(histories, histories, (one, two) => {
        expect(registers(joinAll([...one, ...two]))).to.deep.equal(registers(joinAll([...two, ...one, ...one])));
      }),
    );
  });

  it('lets time decide between money given back before its capture and that refund’s failure', () => {
    const seen = (observed_at: number, entity: object): Observation => ({
      id: String(observed_at),
      payment_id: PAYMENT,
      source: 'webhook',
      correlation_id: 'test',
      observed_at,
      payment: paymentFacts({
        id: PAYMENT,
        amount: 100,
        currency: 'INR',
        created_at: 1,
        fee: null,
        ...entity,
      } as never),
    });
    const given = seen(10, { status: 'refunded', captured: false, amount_refunded: 100 });
    const back = seen(11, { status: 'authorized', captured: false, amount_refunded: 0 });
    const status = (...seen: Observation[]) =>
      (joinAll(seen)?.payment?.value as { status: string } | undefined)?.status;
    expect([status(given, back), status(back, given)]).to.deep.equal(['authorized', 'authorized']);
    // An entity without `captured`: the fee tells that it was.
    const taken = seen(9, { status: 'captured', captured: true, fee: 2 });
    expect(status(taken, seen(10, { status: 'refunded', fee: 2, amount_refunded: 100 }))).to.equal('refunded');
  });

  it('becomes pending exactly when a fact changed', () => {
    fc.assert(
      fc.property(histories, anyObservation(PAYMENT), (history, next) => {
        const settled = { ...(joinAll(history) as Joinable), pending: false };
        const after = join(settled, next);
        const facts = (doc: Joinable) =>
          JSON.stringify(registers(doc), (key, value) => (key === 'version' ? undefined : value));
        expect(after.pending).to.equal(facts(after) !== facts(settled));
        expect(after.rev - settled.rev).to.equal(after.pending ? 1 : 0);
      }),
    );
  });

  it('drops personal fields once a payment is redacted', () => {
    fc.assert(
      fc.property(histories, histories, (before, later) => {
        const doc = { ...(joinAll(before) as Joinable), redacted_at: new Date() };
        const after = later.reduce<Joinable>((current, observation) => join(current, observation), doc);
        const changed = after.payment && after.payment.digest !== doc.payment?.digest;
        if (!changed) return;
        const value = after.payment?.value as { email: unknown; contact: unknown; notes: { value: string }[] };
        expect([value.email, value.contact]).to.deep.equal([null, null]);
        expect(value.notes.every((note) => note.value === '')).to.equal(true);
      }),
    );
  });

  describe('in the store', () => {
    let store: Store;
    before(async () => {
      const { mongoUri } = await testServers();
      store = openStore({ uri: mongoUri(), log: createLogger('test', 'silent'), name: 'test' });
      await store.connection.asPromise();
      await store.prepare();
    });
    after(() => store.close());

    const strip = (doc: Joinable): Joinable =>
      doc.payment ? { ...doc, payment: { ...doc.payment, value: stripped(doc.payment.value), stripped: true } } : doc;

    it('agrees with the pure function on every history, to the last field', async () => {
      const done = fc.constantFrom('nothing', 'redacted', 'stripped');
      await fc.assert(
        fc.asyncProperty(histories, done, async (history, meanwhile) => {
          await store.payments.deleteMany({});
          let pure: Joinable | null = null;
          for (const [index, observation] of history.entries()) {
            pure = join(pure, observation);
            await joinObservation(store, observation, newClaim());
            if (index > 0) continue;
            if (meanwhile === 'redacted') {
              const redacted_at = new Date();
              pure = { ...pure, redacted_at };
              await store.payments.updateOne({ _id: PAYMENT }, { $set: { redacted_at } });
            }
            if (meanwhile === 'stripped' && pure.payment) {
              pure = strip(pure);
              await store.payments.updateOne({ _id: PAYMENT }, { $set: { payment: pure.payment as never } });
            }
          }
          const stored = await store.payments.findOne({ _id: PAYMENT }).lean();
          expect(JSON.parse(JSON.stringify(registers(stored)))).to.deep.equal(
            JSON.parse(JSON.stringify(registers(pure))),
          );
          expect([stored?.rev, stored?.pending]).to.deep.equal([pure?.rev, pure?.pending]);
        }),
        { numRuns: 60 },
      );
    });

    it('takes a stripped payment’s facts back from any sight of the same facts, and keeps the greater version', async () => {
      const [observation] = fc.sample(
        anyObservation(PAYMENT).filter(({ payment }) => payment !== undefined),
        { numRuns: 1, seed: 5 },
      ) as [Observation];
      await store.payments.deleteMany({});
      const full = await joinObservation(store, observation, newClaim());
      await store.payments.updateOne({ _id: PAYMENT }, { $set: { payment: strip(full as Joinable).payment as never } });
      const earlier = { ...observation, observed_at: observation.observed_at - 1 };
      const restored = await joinObservation(store, earlier, newClaim());
      expect(restored.payment).to.deep.equal(full.payment);
      expect(restored.rev).to.equal(full.rev + 1);
    });

    it('ends in one document when many first sights race', async () => {
      const history = fc.sample(histories, { numRuns: 1, seed: 7 })[0] as Observation[];
      await store.payments.deleteMany({});
      await Promise.all([...history, ...history, ...history].map((one) => joinObservation(store, one, newClaim())));
      expect(await store.payments.countDocuments()).to.equal(1);
      expect(JSON.parse(JSON.stringify(registers(await store.payments.findOne().lean())))).to.deep.equal(
        JSON.parse(JSON.stringify(registers(joinAll(history)))),
      );
    });

    it('joins again when another first sight made the document in between', async () => {
      await store.payments.deleteMany({});
      const [first, second] = fc.sample(anyObservation(PAYMENT), { numRuns: 2, seed: 11 }) as [
        Observation,
        Observation,
      ];
      const clash = Object.assign(new Error('E11000 duplicate key'), { code: 11000, keyPattern: { _id: 1 } });
      let calls = 0;
      // The seam: a server answers the slower of two first upserts with E11000.
      const racing = {
        payments: {
          findOneAndUpdate: (...parameters: Parameters<Store['payments']['findOneAndUpdate']>) => ({
            lean: async () => {
              if (calls++ > 0) return store.payments.findOneAndUpdate(...parameters).lean();
              await joinObservation(store, first, newClaim());
              throw clash;
            },
          }),
        },
      } as unknown as Pick<Store, 'payments'>;
      await joinObservation(racing, second, newClaim());
      expect(calls).to.equal(2);
      expect(JSON.parse(JSON.stringify(registers(await store.payments.findOne().lean())))).to.deep.equal(
        JSON.parse(JSON.stringify(registers(joinAll([first, second])))),
      );
    });

    it('gives the claim on settling to one of many', async () => {
      await store.payments.deleteMany({});
      const [observation] = fc.sample(anyObservation(PAYMENT), { numRuns: 1, seed: 3 }) as [Observation];
      const claims = Array.from({ length: 16 }, () => newClaim());
      const docs = await Promise.all(claims.map((claim) => joinObservation(store, observation, claim)));
      const holders = claims.filter((claim, index) => docs[index]?.settling?.token === claim.token);
      expect(holders).to.have.length(1);
    });
  });
});
