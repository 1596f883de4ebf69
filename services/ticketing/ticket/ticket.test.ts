import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { CompactSign } from 'jose';
import { PNG } from 'pngjs';
import decodeQR from 'qr/decode.js';
import { qrPng } from '../../../shared/ticket/png.ts';
import { ticketQr } from '../../../shared/ticket/qr.ts';
import {
  BadTicketToken,
  doorKey,
  keyId,
  readPublicKeys,
  readSigningKey,
  signTicket,
  ticketVerifier,
} from '../../../shared/ticket/token.ts';
import { ticketId, ticketIdKey } from './ticket-id.ts';

const keys = generateKeyPairSync('ed25519');
const others = generateKeyPairSync('ed25519');
const verify = ticketVerifier([keys.publicKey]);
const idKey = ticketIdKey(keys.privateKey);

const readQr = (png: Buffer): string => {
  const { width, height, data } = PNG.sync.read(png);
  return decodeQR({ width, height, data });
};

const pem = (key: KeyObject): string =>
  key.export({ type: key.type === 'private' ? 'pkcs8' : 'spki', format: 'pem' }).toString();
/** An Ed25519 key that is the same in every run. */
const fixedKey = createPrivateKey({
  key: Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, 7)]),
  format: 'der',
  type: 'pkcs8',
});
/** Signed with our key, whatever it says. */
const signed = (payload: string, header: object = {}) =>
  new CompactSign(Buffer.from(payload))
    .setProtectedHeader({ alg: 'EdDSA', kid: keyId(keys.publicKey), ...header })
    .sign(keys.privateKey);
const why = (token: string) =>
  verify(token).then(
    () => null,
    (error: Error) => (error.cause as Error).message,
  );

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

  it('is the same for ever: a code in an inbox outlives every version of this program', async () => {
    const subject = { owner: 'pay_AAAAAAAAAAAAAA', eventId: 12, issue: 3 };
    expect(ticketId(subject, ticketIdKey(fixedKey))).to.equal('rVjpmlVycCLySRZecAHuPQ');
    expect(ticketId({ ...subject, owner: 'attendee:7' }, ticketIdKey(fixedKey))).to.equal('Da0hTZAu6FLycTjiZjsswA');
    expect(await signTicket({ ticket: 'x', event: 12 }, fixedKey)).to.equal(
      'eyJhbGciOiJFZERTQSIsImtpZCI6IjMyNGJlMmRlIn0.eyJ0IjoieCIsImUiOjEyfQ.pJ7RVvAijRtrowYY_UO3voI_ImLTB-p0873Zh3Q1nTAG6gIsCT6bfc3Lts2xEJtGjg_BPDPdkE7fmBAX2UWpAg',
    );
  });

  it('is refused with one character changed anywhere, unless that changes nothing', async () => {
    const claims = { ticket: 'x'.repeat(22), event: 12 };
    const good = await signTicket(claims, keys.privateKey);
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: good.length - 1 }), fc.constantFrom(...'AZaz09-_.='), async (at, other) => {
        const token = good.slice(0, at) + other + good.slice(at + 1);
        // The last character of a signature has bits that mean nothing.
        if (!(await refused(token))) expect(await verify(token)).to.deep.equal(claims);
        if (at < good.length - 1) expect(await refused(token)).to.equal(token !== good);
      }),
    );
  });

  it('is refused by reasons of its own, told as one error', async () => {
    const unknown = await signTicket({ ticket: 'x', event: 1 }, others.privateKey);
    expect(await why(unknown)).to.equal('no key of ours');
    expect(await why(await signed('{"t":"x","e":1}', { kid: undefined }))).to.equal('no key of ours');
    for (const claims of ['{}', '{"t":1,"e":1}', '{"t":"x","e":"1"}', '{"e":1}', '{"t":"x"}', '[]', '"x"', '7'])
      expect(await why(await signed(claims)), claims).to.equal('no claims of ours');
    for (const odd of ['null', 'no JSON']) expect(await refused(await signed(odd)), odd).to.equal(true);
    const error = await verify('hello').catch((caught: unknown) => caught);
    expect(error).to.include({ name: 'BadTicketToken', message: 'this is no ticket of ours' });
  });

  it('is taken under the one algorithm that we sign with', async () => {
    expect(await refused(await signed('{"t":"x","e":1}'))).to.equal(false);
    expect(await refused(await signed('{"t":"x","e":1}', { alg: 'Ed25519' }))).to.equal(true);
  });
});

describe('the picture of a ticket', () => {
  it('shows each module in its place, square, with nothing but white around', () => {
    const matrix = fc
      .integer({ min: 1, max: 12 })
      .chain((size) =>
        fc.array(fc.array(fc.boolean(), { minLength: size, maxLength: size }), { minLength: size, maxLength: size }),
      );
    fc.assert(
      fc.property(matrix, (dark) => {
        const size = dark.length;
        // Outside of the matrix everything is dark: nobody may look there.
        const png = qrPng(size, (row, column) => dark[row]?.[column] ?? true);
        const [scale, quiet] = [8, 4];
        const { width, height, data } = PNG.sync.read(png);
        expect([width, height]).to.deep.equal([(size + 2 * quiet) * scale, (size + 2 * quiet) * scale]);
        const at = (pixel: number) => Math.floor(pixel / scale) - quiet;
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++) {
            const black = dark[at(y)]?.[at(x)] ?? false;
            if (data[(y * width + x) * 4] !== (black ? 0 : 255)) throw new Error(`wrong at ${x}, ${y}`);
          }
      }),
    );
  });
});

describe('the keys of tickets', () => {
  const [one, other] = [pem(keys.publicKey), pem(others.publicKey)];
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });

  it('are read as Ed25519 keys and nothing else', () => {
    expect(readSigningKey(pem(keys.privateKey)).equals(keys.privateKey)).to.equal(true);
    expect(() => readSigningKey(pem(rsa.privateKey))).to.throw('needs an Ed25519 key, not rsa');
    expect(() => readPublicKeys(pem(rsa.publicKey))).to.throw('needs an Ed25519 key, not rsa');
    expect(() => readPublicKeys(one + pem(rsa.publicKey))).to.throw('needs an Ed25519 key, not rsa');
  });

  it('may be several public ones, with whatever stands around them', () => {
    const read = (text: string) => readPublicKeys(text).map(pem);
    expect(read(one)).to.deep.equal([one]);
    expect(read(`the new one\n${one}\nthe old one\n${other}`)).to.deep.equal([one, other]);
  });

  it('are refused when one is cut off or missing, so that no door opens without the key that it needs', () => {
    for (const text of ['', 'nothing', one.slice(0, -20), one + other.slice(0, 40), other.slice(0, 40) + one])
      expect(() => readPublicKeys(text), text).to.throw('no public key');
  });

  it('are refused when they hold the signing key, which belongs to ticketing alone', () => {
    for (const text of [pem(keys.privateKey), one + pem(keys.privateKey)])
      expect(() => readPublicKeys(text)).to.throw('no public key');
  });

  it('stand by their id in what they sign, and are given to doors raw', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    // The first that a key signs, and one more.
    for (const ticket of ['first', 'second']) {
      const [header = ''] = (await signTicket({ ticket, event: 1 }, privateKey)).split('.');
      expect(JSON.parse(Buffer.from(header, 'base64url').toString())).to.deep.equal({
        alg: 'EdDSA',
        kid: keyId(publicKey),
      });
    }
    const { kid, x } = doorKey(publicKey);
    expect(kid).to.equal(keyId(publicKey));
    const der = publicKey.export({ type: 'spki', format: 'der' });
    expect(Buffer.from(x, 'base64url').equals(der.subarray(-32))).to.equal(true);
  });

  it('are told apart by eight hex digits', () => {
    expect(keyId(createPublicKey(fixedKey))).to.equal('324be2de');
    expect(keyId(keys.publicKey))
      .to.match(/^[0-9a-f]{8}$/)
      .and.not.equal(keyId(others.publicKey));
  });
});
