import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { doorKey, signTicket } from '../../../shared/ticket/token.ts';
import { pickEd25519 } from '../console/public/scan/ed25519.js';
import { inView, keyboardScanner, SAME_FOR_MS } from '../console/public/scan/keyboard.js';
import { applyAnswer, FULL_AFTER_MS, MOST_FOUND, searchNames, sinceFor } from '../console/public/scan/list.js';
import { decideOffline } from '../console/public/scan/rules.js';
import { verifyToken } from '../console/public/scan/token.js';
import { foundInWords, titleOf } from '../console/public/scan/words.js';
import { CHECKIN_REASONS } from './reasons.ts';

const keys = () => generateKeyPairSync('ed25519');
const noble = () => Promise.reject(new Error('not needed'));

describe('a ticket’s signature on the phone', () => {
  const ours = keys();
  const doorKeys = [doorKey(ours.publicKey)];

  it('is verified as the gateway does it, by the browser or without its help', async () => {
    const token = await signTicket({ ticket: 'abc', event: 7 }, ours.privateKey);
    const other = await signTicket({ ticket: 'abc', event: 7 }, keys().privateKey);
    const [header, payload, signature] = token.split('.') as [string, string, string];
    const forged = Buffer.from(JSON.stringify({ t: 'abd', e: 7 })).toString('base64url');
    const none = Buffer.from(JSON.stringify({ alg: 'none', kid: doorKeys[0]?.kid })).toString('base64url');
    const lacking = { ...crypto.subtle, importKey: () => Promise.reject(new Error('no Ed25519')) };
    const ways = [
      await pickEd25519(crypto.subtle, noble),
      await pickEd25519(lacking as never, () => import('@noble/ed25519')),
      await pickEd25519(undefined, () => import('@noble/ed25519')),
    ];
    expect(ways.map(({ by }) => by)).to.deep.equal(['browser', 'noble', 'noble']);
    for (const { verify, by } of ways) {
      const read = (text: string) => verifyToken(text, doorKeys, verify);
      expect(await read(` ${token}\n`), by).to.deep.equal({ ticket: 'abc', event: 7 });
      for (const bad of [
        ...['', 'hello', 'a.b.c', other, token.slice(0, -1), `${token}A`],
        `${header}.${forged}.${signature}`,
        `${none}.${payload}.${signature}`,
      ])
        expect(await read(bad), `${by}: ${bad}`).to.equal(null);
    }
  });
});

describe('a door’s list', () => {
  const event = { id: 1, name: 'Fest', status: 'open', timezone: 'UTC', doors_open_at: null, doors_close_at: null };
  const answer = (more: object) => ({
    ...{ event, keys: [], now: '2026-11-21T12:00:00Z', full: false, cursor: 5, tickets: [], ended: [] },
    ...more,
  });
  const NOW = Date.parse('2026-11-21T12:00:00Z');
  const full = applyAnswer(
    null,
    answer({
      full: true,
      tickets: [
        { id: 'a', name: 'Asha' },
        { id: 'b', name: 'Ben', in: { at: 1, gate: 'N', by: 'x' } },
      ],
    }),
    NOW,
  );

  it('takes what changed, also twice and out of date', () => {
    const change = answer({
      cursor: 9,
      tickets: [
        { id: 'a', name: 'Asha', in: { at: 60, gate: null, by: 'x' } },
        { id: 'c', name: 'Cy' },
      ],
      ended: [{ id: 'b', reason: 'refunded' }],
    });
    const once = applyAnswer(full, change, NOW);
    const twice = applyAnswer(once, change, NOW + 1);
    expect([...twice.tickets]).to.deep.equal([...once.tickets]);
    expect([...once.tickets.keys()]).to.deep.equal(['a', 'c']);
    expect(once.tickets.get('a')?.entry).to.deep.equal({ at: 60_000, gate: null, by: 'x' });
    expect([...once.ended]).to.deep.equal([['b', 'refunded']]);
    expect([...full.tickets.keys()], 'the one before is left as it was').to.deep.equal(['a', 'b']);
    const back = applyAnswer(once, answer({ tickets: [{ id: 'b', name: 'Ben' }] }), NOW);
    expect([back.tickets.has('b'), back.ended.has('b')]).to.deep.equal([true, false]);
    expect([sinceFor(once, NOW + 1), sinceFor(once, NOW + FULL_AFTER_MS), sinceFor(null, NOW)]).to.deep.equal([
      9,
      undefined,
      undefined,
    ]);
  });

  it('decides by the server’s clock, whatever the phone’s says', () => {
    const doors = { ...event, doors_open_at: '2026-11-21T12:00:00Z', doors_close_at: '2026-11-21T13:00:00Z' };
    const HOUR = 3_600_000;
    // The phone is two hours ahead.
    const list = applyAnswer(full, answer({ event: doors }), NOW + 2 * HOUR);
    const at = (ms: number) => decideOffline(list, { ticket: 'a', event: 1 }, new Map(), NOW + 2 * HOUR + ms).reason;
    expect([at(-1), at(0), at(HOUR), at(HOUR + 1)]).to.deep.equal(['not_open_yet', 'ok', 'ok', 'closed']);
    const cancelled = { ...list, event: { ...event, status: 'cancelled' } };
    expect(decideOffline(cancelled, { ticket: 'a', event: 1 }, new Map(), NOW).reason).to.equal('event_cancelled');
  });

  it('finds the first by name, and says that there may be more', () => {
    const tickets = Array.from({ length: 30 }, (_, i) => ({ id: `t${i}`, name: `Asha ${String(99 - i)}` }));
    const many = applyAnswer(null, answer({ full: true, tickets }), NOW);
    const found = searchNames(many, 'asha');
    expect([found.length, found[0]?.name, found.at(-1)?.name]).to.deep.equal([MOST_FOUND, 'Asha 70', 'Asha 89']);
    expect([0, 1, 19].map((n) => foundInWords(n, false))).to.deep.equal(['Nobody found.', 'One found.', '19 found.']);
    expect(foundInWords(20, false)).to.equal('The first 20: type more of the name, or the roll number.');
    expect(foundInWords(20, true)).to.equal(
      'The first 20: type more of the name. Without network only names can be searched.',
    );
  });

  it('has words for every reason there is', () => {
    expect(new Set(CHECKIN_REASONS.map(titleOf)).size).to.equal(CHECKIN_REASONS.length);
  });
});

describe('a scanner that is a keyboard', () => {
  const token = `${'a'.repeat(20)}.${'b'.repeat(30)}.${'c'.repeat(86)}`;
  it('is told from people by its speed and by what it types', () => {
    const heard: string[] = [];
    let now = 0;
    const take = keyboardScanner((text) => heard.push(text));
    const type = (text: string, pause: number) =>
      [...text].map((key) => {
        now += pause;
        return take(key, now);
      });
    type(token, 5);
    expect(take('Enter', now)).to.equal(true);
    type(token, 400);
    expect(take('Enter', now), 'a person').to.equal(false);
    type('asha rao', 5);
    expect(take('Enter', now), 'no ticket').to.equal(false);
    type('x', 5);
    now += 1_000;
    type(token, 5);
    expect(take('Tab', now)).to.equal(true);
    expect(heard).to.deep.equal([token, token]);
  });

  it('and a ticket that stays in view is scanned once', () => {
    let now = 0;
    const view = inView(() => now);
    expect(view.isNew('a')).to.equal(true);
    now += SAME_FOR_MS;
    expect(view.isNew('a')).to.equal(false);
    now += SAME_FOR_MS + 1;
    expect(view.isNew('a'), 'shown again').to.equal(true);
    // While a refusal is read, the refused stays in view, or the next one is held up.
    now += SAME_FOR_MS;
    view.seen('a');
    now += SAME_FOR_MS;
    view.seen('b');
    expect(view.isNew('a')).to.equal(false);
    expect(view.isNew('b')).to.equal(true);
  });

  it('and is scanned again, still in view, where the first time gave no answer', () => {
    const view = inView(() => 0);
    expect(view.isNew('a')).to.equal(true);
    view.seen('a');
    view.forget();
    view.seen('a');
    expect(view.isNew('a')).to.equal(true);
    expect(view.isNew('a')).to.equal(false);
  });
});
