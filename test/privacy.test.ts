/**
 * The promise of docs/privacy.md, on a whole QRFlow: one person pays, is corrected, mailed, scanned, taken back with a
 * note, and erased; then no collection, page, list, file or log holds anything of them, whatever Razorpay tells later.
 */
import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { createLogger } from '../shared/log/index.ts';
import type { DeadLetterDoc } from '../shared/store/documents.ts';
import { lettersFor, valuesIn } from './person.ts';
import { readQrOfPage } from './qr.ts';
import { type Json, startWorld, student, until, WEBHOOK_SECRET, type World } from './world.ts';

const DAY_MS = 86_400_000;
/** Values that stand nowhere else: what was paid with, what was corrected, what people said. */
const someone = (n: number) => ({
  name: `Zubeda${n} Quasimodo`,
  corrected: `Zubaidah${n} Quasimodo`,
  roll: `21ZQ917${n}`,
  email: `zubeda${n}.q@example.edu`,
  paidFrom: `quasimodo${n}.pays@example.com`,
  phone: `981112223${n}`,
  contact: `984445556${n}`,
  emergency: `987778889${n}`,
});

describe('personal data', () => {
  let world: World;
  const said: string[] = [];
  let people = 0;
  before(async function () {
    this.timeout(120_000);
    const heard = { write: (line: string) => void said.push(line) };
    world = await startWorld(
      { PUBLIC_URL: 'https://tickets.example.edu', RETENTION_DAYS: '30' },
      { log: (service) => createLogger(service, 'info', false, heard) },
    );
  });
  after(async () => world?.stop());

  const right = ({ status, body }: { status: number; body: Json }) => {
    expect(status, JSON.stringify(body)).to.equal(200);
    return body;
  };

  /** Everything that QRFlow does with a person, once; `tries`: payments of the same order that failed before. */
  async function aPerson({ tries = 0 } = {}) {
    people++;
    const WHO = someone(people);
    const event = right(await world.api('POST', '/api/events', { name: 'Fest', date: '2027-03-20T18:00:00' }));
    const checkout = {
      email: WHO.paidFrom,
      contact: `+91${WHO.contact}`,
      order_id: `order_Privacy${String(people).padStart(7, '0')}`,
      notes: student({
        name: WHO.name,
        roll_number: WHO.roll,
        email: WHO.email,
        phone: WHO.phone,
        emergency_contact_number: WHO.emergency,
        event_id: event.id,
        remark: `please seat ${WHO.name} in front`,
      }),
    };
    for (let nth = 0; nth < tries; nth++) {
      const { id: failed } = await world.pay({ ...checkout, status: 'failed' });
      await world.settled(failed, 'awaiting');
    }
    const { id } = await world.pay(checkout);
    await world.settled(id, 'ticketed');
    const mail = await world.mails.waitFor(({ envelope }) => envelope.to.includes(WHO.email), 60_000);
    const link = /tickets\.example\.edu(\/ticket\/[\w.-]+)/.exec(String(mail.text))?.[1];
    const page = await fetch(`http://127.0.0.1:${world.gateway.port}${link}`, { headers: { Accept: 'text/html' } });
    const qr_token = readQrOfPage(await page.text());
    right(await world.api('PUT', `/api/payments/${id}`, { details: { name: WHO.corrected } }));
    const payment = await world.settled(id, 'ticketed');
    const attendee = payment.attendee_id as number;
    expect(right(await world.api('POST', '/api/checkin/scan', { qr_token })).reason).to.equal('ok');
    right(
      await world.api('POST', `/api/attendees/${attendee}/checkin-undo`, {
        reason: 'wrong_person',
        note: `that was not ${WHO.corrected}`,
      }),
    );
    await until(
      () => world.store.mails.findOne({ payment_id: id, state: 'sent' }).lean(),
      (sent) => sent !== null,
      'the mark of the mail',
    );
    const letters = lettersFor(id).map(
      (letter): DeadLetterDoc => ({
        ...letter,
        _id: `${letter._id}-${id}`,
        payload: Buffer.from(letter.payload.toString('utf8').replace(/Asha Rao|asha@example.edu/g, WHO.email)),
      }),
    );
    await world.store.deadLetters.collection.insertMany(letters as never[]);
    const utr = payment.payment?.value.rrn ?? null;
    const values = [...Object.values(WHO), ...(utr === null ? [] : [utr])];
    const found = await valuesIn(world.store, values);
    for (const collection of ['payments', 'attendees', 'mails', 'dead_letters'])
      expect(found.join('\n'), 'there is something to erase').to.contain(`${collection}/`);
    return { event, id: id as string, attendee, values, who: WHO };
  }

  /** The webhook that told of it once, told again. */
  async function redeliver(id: string, name: string) {
    const { keyId, keySecret } = { keyId: world.env.RAZORPAY_KEY_ID, keySecret: world.env.RAZORPAY_KEY_SECRET };
    const entity = await fetch(`${world.razorpay.url}/v1/payments/${id}`, {
      headers: { Authorization: `Basic ${Buffer.from(`${keyId}:${keySecret}`).toString('base64')}` },
    }).then((answer) => answer.json());
    expect(JSON.stringify(entity), 'Razorpay still knows').to.contain(name);
    const body = JSON.stringify({
      entity: 'event',
      account_id: (await world.store.bindings.findById('razorpay').lean())?.account_id,
      event: 'payment.captured',
      contains: ['payment'],
      payload: { payment: { entity } },
      created_at: Math.floor(Date.now() / 1_000) + 5,
    });
    const answer = await fetch(`http://127.0.0.1:${world.ingest.port}/webhooks/razorpay`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        'X-Razorpay-Event-Id': `again-${id}`,
        'X-Razorpay-Signature': createHmac('sha256', WEBHOOK_SECRET).update(body).digest('hex'),
      },
      body,
    });
    expect(answer.status).to.equal(200);
    await until(
      async () => JSON.stringify((await world.store.payments.findById(id).lean())?.payment?.version),
      (version) => version.includes(String(JSON.parse(body).created_at)),
      'the webhook to be joined',
    );
  }

  const stored = (id: string) => world.store.payments.findById(id).lean();

  it('erased on request is in no collection, list, file, page or log any more, and never comes back', async () => {
    const { event, id, attendee, values, who } = await aPerson({ tries: 2 });
    const refused = await world.api('POST', `/api/attendees/${attendee}/erase`, { reason: 'asked' });
    expect([refused.status, refused.body.detail]).to.deep.equal([
      409,
      'the event is still to come: erasing takes the ticket away, so say give_up_ticket: true',
    ]);
    const erased = right(
      await world.api('POST', `/api/attendees/${attendee}/erase`, { reason: 'asked', give_up_ticket: true }),
    );
    expect(erased).to.include({ id: attendee, payment_id: id, name: null, email: null, phone: null, live: false });
    expect(erased.redacted_at).to.be.a('string');
    expect(await valuesIn(world.store, values), 'at once').to.deep.equal([]);

    const before = await world.settled(id, 'revoked');
    const sweep = right(await world.api('POST', '/api/payments/sync'));
    expect(sweep, 'a sweep finds it as it is').to.include({ complete: true, missing: 0, changed: 0 });
    expect((await stored(id))?.rev).to.equal(before.rev);
    await world.razorpay.control(`/payments/${id}/refund`, {});
    const refunded = await world.payment(
      id,
      ({ pending, payment }) => !pending && payment?.value.status === 'refunded',
    );
    await redeliver(id, who.name);
    right(await world.api('POST', '/api/payments/sync', { payment_id: id }));
    expect((await stored(id))?.rev, 'told again, nothing changes').to.equal(refunded.rev);
    expect(await valuesIn(world.store, values), 'after a sweep, a webhook and a refund').to.deep.equal([]);

    const paths = [
      `/api/attendees/${attendee}`,
      `/api/payments/${id}`,
      ...['attendees', 'payments', 'dashboard', 'export', 'offline', 'door?q=quasimodo'].map(
        (part) => `/api/events/${event.id}/${part}`,
      ),
      ...['/api/payments?limit=1000', '/api/mails?limit=1000', '/api/admin/logs?limit=1000', '/api/payments/held'],
      '/api/admin/dead-letters',
    ];
    for (const path of paths) {
      const { status, body } = await world.api('GET', path);
      expect(status, path).to.equal(200);
      const text = JSON.stringify(body).toLowerCase();
      for (const value of values) expect(text.includes(value.toLowerCase()), `${value} in ${path}`).to.equal(false);
    }
    for (const typed of [who.name, who.roll, who.phone, who.email]) {
      const [payments, people] = await Promise.all([
        world.api('GET', `/api/payments?search=${encodeURIComponent(typed)}`),
        world.api('GET', `/api/events/${event.id}/attendees?search=${encodeURIComponent(typed)}`),
      ]);
      if (payments.status === 200) expect(payments.body, typed).to.deep.equal([]);
      expect(people.body, typed).to.deep.equal([]);
    }
    const told = right(await world.api('GET', `/api/payments/${id}`));
    const trail = told.timeline.filter(({ action }: Json) => action.endsWith('.redacted'));
    expect(trail.map(({ actor, subject, facts }: Json) => [actor, subject, facts])).to.have.deep.members([
      ['admin', `payment:${id}`, { reason: 'asked' }],
      ['admin', `attendee:${attendee}`, { reason: 'asked' }],
    ]);
    const lines = said.join('\n').toLowerCase();
    for (const value of values) expect(lines.includes(value.toLowerCase()), `${value} in a log`).to.equal(false);
  }).timeout(120_000);

  it('takes no words about whoever is forgotten any more', async () => {
    const { id, attendee } = await aPerson();
    right(await world.api('POST', `/api/payments/${id}/erase`, { reason: 'mistake', give_up_ticket: true }));
    for (const change of [{ details: { name: 'A' } }, { event_id: 1 }, { release: true }, { ours: true }])
      expect((await world.api('PUT', `/api/payments/${id}`, change)).status, JSON.stringify(change)).to.equal(409);
    expect((await world.api('PUT', `/api/attendees/${attendee}`, { name: 'Anna' })).status).to.equal(409);
    expect((await world.api('POST', `/api/attendees/${attendee}/send-email`)).status).to.equal(409);
    const again = await world.api('POST', `/api/payments/${id}/erase`, { reason: 'other' });
    expect(right(again).redacted).to.equal(true);
  });

  it('is erased by itself when its days are over, and the page for students says how many', async () => {
    const { event, id, values } = await aPerson();
    const past = new Date(Date.now() - 31 * DAY_MS);
    await world.store.events.updateOne({ _id: event.id }, { $set: { date: past, updated_at: past } });
    const asked = () => world.store.bindings.updateOne({ _id: 'retention' }, { $set: { next_at: new Date(0) } });
    await asked();
    await until(
      async () => (await world.store.bindings.findById('retention').lean())?.next_at ?? new Date(0),
      (next) => next > new Date(),
      'a round',
    );
    expect((await stored(id))?.redacted_at ?? null, 'paid just now: its days are not over').to.equal(null);
    await world.store.payments.updateOne(
      { _id: id },
      { $set: { 'payment.value.created_at': Math.floor(past.getTime() / 1_000) - 60 } },
    );
    await world.store.attendees.updateOne({ payment_id: id }, { $set: { 'ticket.issued_at': past } });
    await asked();
    const { redacted_by } = await world.payment(id, ({ redacted_at, pending }) => redacted_at != null && !pending);
    expect(redacted_by).to.include({ by: 'ticketing', reason: 'retention' });
    // Those that nobody could read are gone by themselves, a month after they came.
    const letter = (collection: string, _id: unknown) =>
      collection === 'dead_letters' && `${_id}` === `unreadable-${id}`;
    expect(await valuesIn(world.store, values, letter)).to.deep.equal([]);

    const page = await fetch(`http://127.0.0.1:${world.gateway.port}/privacy`, { headers: { Accept: 'text/html' } });
    expect([page.status, (await page.text()).includes('30 days after the event')]).to.deep.equal([200, true]);
    const metrics = await (await fetch(`http://127.0.0.1:${world.ticketing.opsPort}/metrics`)).text();
    expect(metrics).to.match(/qrflow_redacted_total\{[^}]*reason="retention"[^}]*\} 1/);
    expect(metrics).to.match(/qrflow_redactions_due(\{[^}]*\})? 0/);
  }).timeout(120_000);
});
