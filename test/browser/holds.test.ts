/** Every reason for which a payment is held, made true and resolved by a person in the console, as its page says. */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { HOLD_REASONS, type HoldReason } from '../../shared/outcome.ts';
import { type Json, student, until, type World } from '../world.ts';
import type { Opened } from './browser.ts';
import { type Desk, startDesk } from './scene.ts';

interface Case {
  /** A payment that is held so, or will be. */
  happens(): Promise<string>;
  /** On its row of the held page, or on its own page. */
  resolve(id: string): Promise<void>;
}

describe('held payments in the console', () => {
  let started: Desk | undefined;
  let world: World;
  let desk: Opened;
  let page: Page;
  let url: string;
  before(async function () {
    started = await startDesk(this);
    ({ world, url, desk } = started);
    page = desk.page;
    // Two open events: a payment that names none is held.
    await event({ slug: 'fest' });
    await event({ slug: 'hack' });
  });
  after(() => started?.stop());
  afterEach(() => expect(desk?.complaints.splice(0)).to.deep.equal([]));

  async function event(fields: Json): Promise<number> {
    const { body, status } = await world.api('POST', '/api/events', {
      name: `The ${fields.slug}`,
      date: '2026-12-20T18:00',
      price: 29_900,
      ...fields,
    });
    expect(status, JSON.stringify(body)).to.equal(200);
    return body.id;
  }
  const pay = async (event_id: unknown, more: Json = {}, notes: Json = {}) =>
    (await world.pay({ notes: student({ event_id, ...notes }), ...more })).id as string;
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  const said = () => page.locator('main').getByRole('status').first().textContent();
  const row = async (reason: HoldReason, id: string) => {
    await page.goto(`${url}/held?reason=${reason}`);
    return page.getByRole('row').filter({ has: page.locator(`a[href="/payments/${id}"]`) });
  };
  const letThrough = (reason: HoldReason) => async (id: string) => {
    await (await row(reason, id)).getByRole('button', { name: 'Let through' }).click();
    expect(await said()).to.contain('Let through');
  };
  const askRazorpay = (reason: HoldReason) => async (id: string) => {
    await (await row(reason, id)).getByRole('button', { name: 'Ask Razorpay' }).click();
    expect(await said()).to.contain('Razorpay was asked');
  };
  const ledger = () => world.razorpay.simulator.account.ledger;

  const CASES: Record<HoldReason, Case> = {
    unassigned_event: {
      happens: () => pay(undefined),
      async resolve(id) {
        await (await row('unassigned_event', id)).getByRole('link', { name: 'Assign an event' }).click();
        await page.getByLabel('It is for').selectOption({ label: 'The hack' });
        await button('Assign it').click();
      },
    },
    incomplete_details: {
      happens: () => pay('fest', {}, { roll_number: undefined }),
      async resolve(id) {
        await (await row('incomplete_details', id)).getByRole('link', { name: 'Fill in details' }).click();
        await page.getByLabel('Roll number').fill(`R-${id.slice(-4)}`);
        await button('Save the details').click();
      },
    },
    wrong_currency: { happens: () => pay('fest', { currency: 'USD' }), resolve: letThrough('wrong_currency') },
    underpaid: { happens: () => pay('fest', { amount: 100 }), resolve: letThrough('underpaid') },
    event_full: {
      async happens() {
        const full = await event({ slug: 'small', capacity: 1 });
        await world.settled(await pay(full), 'ticketed');
        return pay(full);
      },
      // Not by letting it through: one seat more does it as well.
      async resolve(id) {
        await (await row('event_full', id)).getByRole('link').first().click();
        await page.getByRole('heading', { name: 'Held: event full' }).waitFor();
        const { event_id } = (await world.store.payments.findById(id).lean()) ?? {};
        await page.goto(`${url}/events/${event_id}/edit`);
        await page.getByLabel('Seats').fill('2');
        await button('Save').click();
      },
    },
    event_closed: {
      happens: async () => pay(await event({ slug: 'late', closes_at: '2020-01-01T00:00:00Z' })),
      resolve: letThrough('event_closed'),
    },
    event_cancelled: {
      happens: async () => pay(await event({ slug: 'off', status: 'cancelled' })),
      async resolve(id) {
        await (await row('event_cancelled', id)).getByRole('link').first().click();
        await page.getByLabel('It is for').selectOption({ label: 'The fest' });
        await button('Move it there').click();
      },
    },
    duplicate_payment: {
      async happens() {
        const notes = student({ event_id: 'fest' });
        await world.settled((await world.pay({ notes })).id, 'ticketed');
        return (await world.pay({ notes })).id;
      },
      resolve: letThrough('duplicate_payment'),
    },
    unknown_at_razorpay: {
      async happens() {
        const id = await pay('fest', { status: 'authorized' });
        await world.settled(id, 'awaiting');
        // As with the keys of another account: nobody there knows it.
        const theirs = ledger().payment(id);
        ledger().forget(id);
        forgotten.set(id, theirs);
        // Within seconds of having seen it, not to find it proves nothing.
        await until(
          async () => {
            await world.api('POST', '/api/payments/sync', { payment_id: id });
            return world.store.payments.findById(id).lean();
          },
          (found) => found?.outcome?.reason === 'unknown_at_razorpay',
          'the absence',
          60_000,
          500,
        );
        return id;
      },
      async resolve(id) {
        ledger().payments.put({ ...forgotten.get(id), status: 'captured', captured: true }, Date.now());
        await askRazorpay('unknown_at_razorpay')(id);
      },
    },
    not_captured: {
      async happens() {
        const madeLongAgo = Math.floor(Date.now() / 1_000) - 3_600;
        const id = await pay('fest', { status: 'authorized', created_at: madeLongAgo });
        await world.payment(id, () => true);
        // It waits a quarter of an hour from when we heard of it.
        await world.store.payments.updateOne({ _id: id }, { $set: { first_seen_at: new Date(madeLongAgo * 1_000) } });
        await world.api('POST', '/api/payments/sync', { payment_id: id });
        return id;
      },
      async resolve(id) {
        await world.razorpay.control('/webhooks', { enabled: false });
        await world.razorpay.control(`/payments/${id}/capture`, {});
        await askRazorpay('not_captured')(id);
        await world.razorpay.control('/webhooks', { enabled: true });
      },
    },
  };
  const forgotten = new Map<string, Json>();

  for (const reason of HOLD_REASONS)
    it(`${reason.replaceAll('_', ' ')} is shown, and resolved by what its page says`, async () => {
      const { happens, resolve } = CASES[reason];
      const id = await happens();
      await world.settled(id, `held:${reason}`);
      await page.goto(`${url}/`);
      expect(await page.locator(`a[href="/held?reason=${reason}"]`).count(), 'it waits, says Today').to.equal(1);
      await resolve(id);
      await world.settled(id, 'ticketed');
      await until(
        () => world.store.mails.findOne({ payment_id: id }).lean(),
        (mail) => mail?.state === 'sent',
        'its mail',
        60_000,
      );
    }).timeout(180_000);
});
