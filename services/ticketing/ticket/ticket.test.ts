import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { PNG } from 'pngjs';
import decodeQR from 'qr/decode.js';
import { BadTicketToken, signTicket, ticketVerifier } from '../../../shared/ticket/token.ts';
import { ticketQr } from './qr.ts';
import { ticketId, ticketIdKey } from './ticket-id.ts';

const keys = generateKeyPairSync('ed25519');
const others = generateKeyPairSync('ed25519');
const verify = ticketVerifier([keys.publicKey]);
const idKey = ticketIdKey(keys.privateKey);

const readQr = (png: Buffer): string => {
  const { width, height, data } = PNG.sync.read(png);
  return decodeQR({ width, height, data });
};

const refused = async (token: string, by = verify): Promise<boolean> =>
  by(token).then(
    () => false,
    (error: unknown) => error instanceof BadTicketToken,
  );

describe('a ticket', () => {
  it('has a QR that an independent reader decodes to the token, which verifies with the public key', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 99_999 }), fc.integer({ min: 1, max: 99 }), async (eventId, issue) => {
        const ticket = ticketId({ owner: 'pay_AAAAAAAAAAAAAA', eventId, issue }, idKey);
        const png = ticketQr(await signTicket({ ticket, event: eventId }, keys.privateKey));
        expect(await verify(readQr(png))).to.deep.equal({ ticket, event: eventId });
        expect(png.length).to.be.below(1_500);
      }),
      { numRuns: 10 },
    );
  });

  it('has the same id and token each time, and others for another payment, event, issue or key', async () => {
    const subject = { owner: 'pay_AAAAAAAAAAAAAA', eventId: 1, issue: 1 };
    const ids = [
      ticketId(subject, idKey),
      ticketId({ ...subject, owner: 'pay_BBBBBBBBBBBBBB' }, idKey),
      ticketId({ ...subject, eventId: 2 }, idKey),
      ticketId({ ...subject, issue: 2 }, idKey),
      ticketId(subject, ticketIdKey(others.privateKey)),
    ];
    expect(new Set(ids).size).to.equal(ids.length);
    expect(ticketId({ ...subject }, ticketIdKey(keys.privateKey))).to.equal(ids[0]);
    const claims = { ticket: ids[0] as string, event: 1 };
    expect(await signTicket(claims, keys.privateKey)).to.equal(await signTicket(claims, keys.privateKey));
  });

  it('holds no personal data and no time in its token', async () => {
    const token = await signTicket({ ticket: 'x', event: 1 }, keys.privateKey);
    const payload = JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString());
    expect(Object.keys(payload)).to.deep.equal(['t', 'e']);
  });

  it('is refused when signed by another key, changed, or no token at all', async () => {
    const good = await signTicket({ ticket: 'x', event: 1 }, keys.privateKey);
    const [head, , signature] = good.split('.');
    const forged = Buffer.from(JSON.stringify({ t: 'x', e: 2 })).toString('base64url');
    const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    for (const token of [
      await signTicket({ ticket: 'x', event: 1 }, others.privateKey),
      `${head}.${forged}.${signature}`,
      `${none}.${forged}.`,
      '',
      'hello',
      `${good}x`,
    ])
      expect(await refused(token), token).to.equal(true);
  });

  it('stays good after the signing key changed, as long as the old public key is listed', async () => {
    const old = await signTicket({ ticket: 'x', event: 1 }, others.privateKey);
    expect(await refused(old)).to.equal(true);
    expect(await refused(old, ticketVerifier([keys.publicKey, others.publicKey]))).to.equal(false);
  });
});
