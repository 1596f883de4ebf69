/** Webhook bodies, right ones and broken ones, as bytes: JSON that JavaScript would not write is the point here. */
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { student, WEBHOOK_SECRET } from '../../world.ts';

export const sign = (body: Buffer): string => createHmac('sha256', WEBHOOK_SECRET).update(body).digest('hex');

let payments = 0;
export const newPaymentId = (): string => `pay_Garbage${String(++payments).padStart(7, '0')}`;

type Tree = { [key: string]: unknown };

/** What Razorpay sends of a captured payment, with a student's details. */
export const captured = (id: string): Tree => ({
  entity: 'event',
  event: 'payment.captured',
  contains: ['payment'],
  payload: {
    payment: {
      entity: {
        id,
        entity: 'payment',
        amount: 29_900,
        currency: 'INR',
        status: 'captured',
        order_id: null,
        method: 'upi',
        amount_refunded: 0,
        refund_status: null,
        captured: true,
        description: null,
        vpa: 'student@upi',
        email: 'void@razorpay.com',
        contact: '+919800000001',
        notes: student(),
        fee: 706,
        tax: 108,
        error_code: null,
        acquirer_data: { rrn: '600000000001' },
        created_at: 1_795_000_000,
      },
    },
  },
  created_at: 1_795_000_003,
});

export const text = (tree: unknown): string => JSON.stringify(tree);
export const bytes = (tree: unknown): Buffer => Buffer.from(text(tree));
export const nested = (depth: number, open = '[', close = ']'): string => open.repeat(depth) + close.repeat(depth);

/** The body with `"MARK"` in it replaced by this very text. */
export function written(id: string, where: (entity: Tree, envelope: Tree) => void, json: string): Buffer {
  const envelope = captured(id);
  where((envelope.payload as { payment: { entity: Tree } }).payment.entity, envelope);
  return Buffer.from(text(envelope).replace('"MARK"', () => json));
}

/** Values that have broken somebody's parser, store, log or template; as JSON text. */
export const HOSTILE: readonly string[] = [
  ...[
    'null',
    'true',
    '[]',
    '{}',
    '""',
    '"\\u0000"',
    '"a\\u0000b"',
    '"\\ud800"',
    '"\\u202e\\u2066x"',
    '"\\r\\nBcc: x@y.zz"',
  ],
  ...['-1', '-0', '0.1', '1e308', '1e400', '-1e400', '9007199254740993', `1${'0'.repeat(400)}`, '99999999999'],
  ...['{"$gt":""}', '{"$where":"sleep(1)"}', '"$payment"', '"$$ROOT"', '{"__proto__":{"admin":true}}'],
  ...['{"constructor":{"prototype":{"x":1}}}', '"__proto__"', '"{{constructor.constructor}}"', '"<script>x</script>"'],
  ...[`"${'x'.repeat(100_000)}"`, nested(5_000), nested(20_000, '{"a":[', ']}'), '[[1,2],[3]]', '"\\ud83d\\ude00"'],
];

/** Every place in a tree, as a path; not to the bottom of one that a mutation before this made bottomless. */
function places(tree: unknown, path: string[] = []): string[][] {
  if (tree === null || typeof tree !== 'object' || path.length > 8) return [path];
  return [path, ...Object.entries(tree).flatMap(([key, inner]) => places(inner, [...path, key]))];
}

const mutation = fc.record({
  at: fc.nat(),
  what: fc.constantFrom('replace', 'remove', 'double', 'flip', 'cut', 'insert'),
  value: fc.constantFrom(...HOSTILE),
  byte: fc.nat(255),
});

function mutated(
  body: Buffer,
  { at, what, value, byte }: { at: number; what: string; value: string; byte: number },
): Buffer {
  const here = at % body.length;
  if (what === 'flip') return Buffer.from(body.map((one, index) => (index === here ? one ^ (byte || 1) : one)));
  if (what === 'cut') return body.subarray(0, here);
  if (what === 'insert') return Buffer.concat([body.subarray(0, here), Buffer.from([byte]), body.subarray(here)]);
  try {
    return rewritten(JSON.parse(body.toString()), at, what, value) ?? body;
  } catch {
    // It is no JSON any more, or too deep to be written again.
    return body;
  }
}

function rewritten(tree: Tree, at: number, what: string, value: string): Buffer | null {
  const all = places(tree).filter((path) => path.length > 0);
  const path = all[at % Math.max(all.length, 1)];
  const last = path?.at(-1);
  if (path === undefined || last === undefined) return null;
  const parent = path.slice(0, -1).reduce<Tree>((inner, key) => inner[key] as Tree, tree);
  if (what === 'remove') delete parent[last];
  else if (what === 'replace') parent[last] = 'MARK';
  // Said twice: the later one counts, in every parser of Razorpay's and ours.
  else return Buffer.from(text(tree).replace(`${JSON.stringify(last)}:`, (key) => `${key}${value},${key}`));
  return Buffer.from(text(tree).replace('"MARK"', () => value));
}

/** A right body, broken in one to three places. Each is of another payment. */
export const brokenBody: fc.Arbitrary<Buffer> = fc
  .array(mutation, { minLength: 1, maxLength: 3 })
  .map((mutations) => mutations.reduce(mutated, bytes(captured(newPaymentId()))));
