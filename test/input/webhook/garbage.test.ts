import { createHash } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { translate } from '../../../services/ingest/webhook/translate.ts';
import { scaled } from '../../profile.ts';
import { type Json, startWorld, until, type World } from '../../world.ts';
import { brokenBody, bytes, captured, HOSTILE, nested, newPaymentId, sign, text, written } from './bodies.ts';

const seed = Number.parseInt(process.env.TEST_SEED ?? '1', 36);
const LIMIT = 256 * 1_024;

describe('garbage at the webhook', () => {
  let world: World;
  before(async function () {
    this.timeout(120_000);
    world = await startWorld();
    await world.api('POST', '/api/events', { name: 'Fest', date: '2026-12-20T18:00:00', price: 29_900 });
  });
  after(async () => world?.stop());

  async function post(body: Buffer, headers: Record<string, string> = { 'x-razorpay-signature': sign(body) }) {
    const response = await fetch(`http://127.0.0.1:${world.ingest.port}/webhooks/razorpay`, {
      method: 'POST',
      body: new Uint8Array(body),
      headers: { 'content-type': 'application/json', ...headers },
    });
    const said = await response.text();
    return { status: response.status, said, body: said === '' ? null : (JSON.parse(said) as Json) };
  }

  const isDead = (body: Buffer) => {
    const hash = createHash('sha256').update(body).digest('hex').slice(0, 32);
    return until(
      () => world.store.deadLetters.findById(`unreadable.${hash}`).lean(),
      (found) => found?.state === 'dead' && Buffer.from(found.payload.buffer).equals(body),
      `a dead letter of ${body.toString().slice(0, 200)}`,
      30_000,
    );
  };
  const isSettled = (id: string) =>
    until(
      () => world.store.payments.findById(id).lean(),
      (found) => found !== null && !found.pending && found.outcome !== undefined,
      `payment ${id} settled`,
      30_000,
    );

  /** Posts it signed, and follows it to its end. */
  async function endOf(body: Buffer): Promise<string> {
    const { status, said, body: answer } = await post(body);
    expect(status, `${said} for ${body.toString().slice(0, 300)}`).to.equal(200);
    const translation = translate(body, 'x');
    expect(answer.status).to.equal(translation.kind);
    if (translation.kind === 'unreadable') await isDead(body);
    if (translation.kind !== 'observation') return translation.kind;
    if (translation.unread !== null) await isDead(body);
    const { outcome } = (await isSettled(translation.observation.payment_id)) as Json;
    return outcome.kind;
  }

  /** A student who pays behind it is not kept waiting by it. */
  async function goodPaymentBehind(): Promise<void> {
    const body = bytes(captured(newPaymentId()));
    expect(await endOf(body)).to.equal('ticketed');
  }

  it('what is no JSON, no event or no payment becomes a dead letter with its bytes, and is answered 200', async () => {
    const good = bytes(captured(newPaymentId()));
    const bodies = [
      Buffer.alloc(0),
      Buffer.from([0]),
      Buffer.from([0xff, 0xfe, 0xfd]),
      Buffer.concat([good, Buffer.from([0])]),
      good.subarray(0, good.length - 1),
      Buffer.from(good.toString().replace('student@upi', '\u0001')),
      Buffer.concat([good.subarray(0, 60), Buffer.from([0xc3, 0x28]), good.subarray(60)]),
      ...[
        'null',
        '0',
        '"x"',
        '[]',
        '{}',
        '{"event":"x"}',
        '{"event":"x","payload":[]}',
        '{"__proto__":{"event":"x"}}',
      ].map((one) => Buffer.from(one)),
      Buffer.from(nested(LIMIT / 2)),
      Buffer.from(nested(40_000, '{"a":', '}').replace('{"a":}', '{"a":1}')),
      written(newPaymentId(), (entity) => Object.assign(entity, { amount: 'MARK' }), '1e400'),
      written(newPaymentId(), (entity) => Object.assign(entity, { amount: 'MARK' }), '9007199254740993'),
      written(newPaymentId(), (entity) => Object.assign(entity, { created_at: 'MARK' }), '1795000000000'),
      written(newPaymentId(), (entity) => Object.assign(entity, { id: 'MARK' }), '{"$gt":""}'),
      written(newPaymentId(), (entity) => Object.assign(entity, { id: 'MARK' }), '"pay_../../refunds"'),
    ];
    expect(await Promise.all(bodies.map(endOf))).to.deep.equal(bodies.map(() => 'unreadable'));
    await goodPaymentBehind();
  });

  it('a payment that can be read is never lost to what stands beside it', async () => {
    const odd: [why: string, body: (id: string) => Buffer][] = [
      [
        'a note deep as a well',
        (id) => written(id, ({ notes }) => Object.assign(notes as object, { more: 'MARK' }), nested(60_000)),
      ],
      [
        'a note of 200 KB',
        (id) =>
          written(id, ({ notes }) => Object.assign(notes as object, { more: 'MARK' }), `"${'x'.repeat(200_000)}"`),
      ],
      [
        'NUL and half a surrogate in notes',
        (id) => written(id, ({ notes }) => Object.assign(notes as object, { more: 'MARK' }), '"\\u0000\\ud800"'),
      ],
      [
        'a note called __proto__',
        (id) => Buffer.from(text(captured(id)).replace('"notes":{', '"notes":{"__proto__":{"name":"x"},')),
      ],
      [
        'a note called $set.x',
        (id) => written(id, ({ notes }) => Object.assign(notes as object, { '$set.x': 'MARK' }), '{"$gt":""}'),
      ],
      [
        '__proto__ in the entity',
        (id) => Buffer.from(text(captured(id)).replace('"amount":', '"__proto__":{"amount":1},"amount":')),
      ],
      ['an amount said twice', (id) => Buffer.from(text(captured(id)).replace('"amount":', '"amount":1,"amount":'))],
      [
        'fields nobody knows',
        (id) => written(id, (entity, envelope) => Object.assign(envelope, { new: nested(9) }, entity.new), '0'),
      ],
      [
        'an account that is none',
        (id) => written(id, (_, envelope) => Object.assign(envelope, { account_id: 'MARK' }), '"acc_"'),
      ],
      [
        'an account that is an object',
        (id) => written(id, (_, envelope) => Object.assign(envelope, { account_id: 'MARK' }), '{"$ne":null}'),
      ],
      [
        'an order without an id',
        (id) =>
          written(
            id,
            (_, { payload }) => Object.assign(payload as object, { order: 'MARK' }),
            '{"entity":{"id":null}}',
          ),
      ],
      [
        'a refund of no amount',
        (id) =>
          written(
            id,
            (_, { payload }) => Object.assign(payload as object, { refund: 'MARK' }),
            `{"entity":{"id":"rfnd_AAAAAAAAAAAAAA","payment_id":"${id}"}}`,
          ),
      ],
      [
        'a QR code that is a number',
        (id) => written(id, (_, { payload }) => Object.assign(payload as object, { qr_code: 'MARK' }), '7'),
      ],
    ];
    const ends = await Promise.all(odd.map(async ([why, body]) => `${why}: ${await endOf(body(newPaymentId()))}`));
    expect(ends).to.deep.equal(odd.map(([why]) => `${why}: ticketed`));
    expect(({} as Json).name ?? ({} as Json).amount, 'no prototype was touched').to.equal(undefined);
    const account = await world.store.bindings.findById('razorpay').lean();
    expect(account?.account_id ?? 'acc_').to.match(/^acc_/);
    await goodPaymentBehind();
  });

  it('any body that is broken in a few places ends as an observation or a dead letter, and holds nobody up', async () => {
    const bodies = fc.sample(brokenBody, { numRuns: scaled({ quick: 60, long: 3_000 }), seed });
    for (let from = 0; from < bodies.length; from += 20) await Promise.all(bodies.slice(from, from + 20).map(endOf));
    await goodPaymentBehind();
    expect(
      await world.store.deadLetters.countDocuments({ subject: 'payments.observed' }),
      'accepted and poisonous',
    ).to.equal(0);
  }).timeout(scaled({ quick: 120_000, long: 1_200_000 }));

  it('unsigned garbage is 401, and so is every signature but the right one; nothing of it is stored', async () => {
    const before = await world.store.deadLetters.countDocuments({});
    const bodies = [...HOSTILE.map((one) => Buffer.from(one)), ...fc.sample(brokenBody, { numRuns: 20, seed })].filter(
      ({ length }) => length > 0,
    );
    for (const body of bodies) {
      const [right, other] = [sign(body), sign(Buffer.concat([body, body]))];
      const signatures = [{}, { 'x-razorpay-signature': `${right},${right}` }, { 'x-razorpay-signature': other }];
      const answers = await Promise.all(signatures.map((headers) => post(body, headers as Record<string, string>)));
      expect(answers.map(({ status }) => status)).to.deep.equal([401, 401, 401]);
      for (const { said } of answers) expect(said).to.not.match(/at .*\.ts|node_modules|stack|secret/i);
    }
    expect(await world.store.deadLetters.countDocuments({})).to.equal(before);
  });
});
