import { connect } from 'node:net';
import { expect } from 'chai';
import type { RunningIngest } from '../app.ts';
import { clearStage, listenIn, newId, type Stage, setStage, sign, until } from '../test/stage.ts';

const LIMIT = 256 * 1_024;
const READ_WITHIN_MS = 400;

const body = (id: string) =>
  JSON.stringify({
    event: 'payment.captured',
    payload: {
      payment: { entity: { id, amount: 1, currency: 'INR', status: 'captured', created_at: 1_795_000_000 } },
    },
  });

describe('the webhook’s wire', () => {
  let stage: Stage;
  let ingest: RunningIngest;
  let bus: ReturnType<typeof listenIn>;
  before(async () => {
    stage = await setStage();
    ingest = await stage.ingest({}, { readWithinMs: READ_WITHIN_MS });
    bus = listenIn(stage);
    await until('ingest is ready', async () => (await fetch(`http://127.0.0.1:${ingest.opsPort}/readyz`)).ok);
  });
  after(clearStage);

  /** Writes these bytes and resolves with all that comes back, once the other side ends the connection. */
  const exchange = (sent: (string | Buffer)[], { end = false } = {}) =>
    new Promise<string>((resolve) => {
      const socket = connect(ingest.port, '127.0.0.1');
      let got = '';
      socket.on('data', (chunk: Buffer) => {
        got += chunk.toString('latin1');
      });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(got));
      for (const part of sent) socket.write(part);
      if (end) socket.end();
    });
  const statuses = (answer: string) => [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status));
  const head = (...lines: string[]) =>
    `${['POST /webhooks/razorpay HTTP/1.1', 'Host: x', ...lines].join('\r\n')}\r\n\r\n`;
  const signed = (text: string, ...more: string[]) =>
    head(`X-Razorpay-Signature: ${sign(text)}`, `Content-Length: ${Buffer.byteLength(text)}`, ...more) + text;

  it('takes several deliveries in one write, and answers each in its turn', async () => {
    const ids = [newId('pay'), newId('pay'), newId('pay')];
    const answer = await exchange([
      ids
        .slice(0, 2)
        .map((id) => signed(body(id)))
        .join(''),
      signed('{}').replace(/[0-9a-f]{64}/, '0'.repeat(64)),
      signed(body(ids[2] as string), 'Connection: close'),
    ]);
    expect(statuses(answer)).to.deep.equal([200, 200, 401, 200]);
    await until('all are on the bus', async () =>
      ids.every((id) => bus.observations().some(({ payment_id }) => payment_id === id)),
    );
  });

  it('takes 256 KiB and not a byte more, whether its length is told or not', async () => {
    const full = `{"event":"x","payload":{},"pad":"${'x'.repeat(LIMIT - 35)}"}`;
    expect(full.length).to.equal(LIMIT);
    expect(statuses(await exchange([signed(full, 'Connection: close')]))).to.deep.equal([200]);
    expect(statuses(await exchange([signed(`${full} `, 'Connection: close')]))).to.deep.equal([413]);
    const chunk = `${(LIMIT + 1).toString(16)}\r\n${full} \r\n0\r\n\r\n`;
    const chunked = head(
      `X-Razorpay-Signature: ${sign(`${full} `)}`,
      'Transfer-Encoding: chunked',
      'Connection: close',
    );
    expect(statuses(await exchange([chunked + chunk]))).to.deep.equal([413]);
  });

  it('believes no length but the true one, and nobody waits for what never comes', async () => {
    const id = newId('pay');
    const text = body(id);
    const length = Buffer.byteLength(text);
    const signature = `X-Razorpay-Signature: ${sign(text)}`;
    // What follows a body that is cut short by its own length is read as the next request, and is none.
    const short = await exchange([head(signature, `Content-Length: ${length - 5}`) + text]);
    expect(statuses(short).at(-1)).to.equal(400);
    expect(statuses(short)).to.not.include(200);
    // Longer than what is sent: the sender hangs up, or is cut off.
    const long = head(signature, `Content-Length: ${length + 5}`) + text;
    expect(statuses(await exchange([long], { end: true }))).to.not.include(200);
    expect(statuses(await exchange([long]))).to.not.include(200);
    for (const wrong of ['-1', '1e3', '0x10', '9'.repeat(30), `${length}, ${length + 1}`, ' '])
      expect(statuses(await exchange([head(signature, `Content-Length: ${wrong}`) + text])), wrong).to.not.include(200);
    // Two readings of where a request ends are how one is smuggled behind another.
    const both = head(signature, `Content-Length: ${length}`, 'Transfer-Encoding: chunked');
    expect(statuses(await exchange([both + text]))).to.deep.equal([400]);
    const twice = head(signature, `Content-Length: ${length}`, `Content-Length: ${length + 1}`);
    expect(statuses(await exchange([twice + text]))).to.deep.equal([400]);
    const odd = `${head(signature, 'Transfer-Encoding: chunked')}zz\r\n${text}\r\n0\r\n\r\n`;
    expect(statuses(await exchange([odd]))).to.not.include(200);
    expect(bus.observations().some(({ payment_id }) => payment_id === id)).to.equal(false);
  });

  it('cuts a sender off that is too slow, while others are served', async () => {
    const drips = Array.from({ length: 20 }, () => exchange([head('Content-Length: 100'), 'a']));
    const id = newId('pay');
    expect(statuses(await exchange([signed(body(id), 'Connection: close')]))).to.deep.equal([200]);
    for (const answer of await Promise.all(drips)) expect(statuses(answer)).to.not.include(200);
  });

  it('refuses what is no HTTP, tells nothing of itself, and lives on', async () => {
    const odd = [
      'GET / HTTP/9.9\r\n\r\n',
      '\u0000\u0001\u0002\r\n\r\n',
      '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003',
      head(`X-Long: ${'x'.repeat(20_000)}`),
      head('X-Razorpay-Event-Id: a\u0000b', 'Content-Length: 0'),
      head(': nameless', 'Content-Length: 0'),
      'POST /webhooks/razorpay HTTP/1.1\r\nContent-Length: 0\r\n\r\n',
    ];
    for (const bytes of odd) {
      const answer = await exchange([Buffer.from(bytes, 'latin1')], { end: true });
      expect(
        statuses(answer).filter((status) => status < 400 || status >= 500),
        JSON.stringify(bytes.slice(0, 40)),
      ).to.deep.equal([]);
      expect(answer).to.not.match(/node_modules|\.ts:|Error:|koa|X-Powered-By|^Server:/im);
    }
    const trace = 'TRACE /webhooks/razorpay HTTP/1.1\r\nHost: x\r\nX-Mark: reflect me\r\nConnection: close\r\n\r\n';
    const traced = await exchange([trace]);
    expect(statuses(traced)[0]).to.be.oneOf([405, 501]);
    expect(traced).to.not.include('reflect me');
    expect(statuses(await exchange([signed(body(newId('pay')), 'Connection: close')]))).to.deep.equal([200]);
  });
});
