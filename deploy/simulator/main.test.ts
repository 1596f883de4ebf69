import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { PATIENCE } from '../../test/patience.ts';
import { hmac, startReceiver } from './testing/receiver.ts';
import { until } from './testing/running.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

describe('the simulator as a process', function () {
  this.timeout(20_000);
  let child: ChildProcess | undefined;
  afterEach(() => child?.kill('SIGKILL'));

  const start = (env: NodeJS.ProcessEnv): ChildProcess => {
    const { PATH } = process.env;
    child = spawn(process.execPath, ['--import', 'tsx', MAIN], { env: { PATH, SIMULATOR_PORT: '0', ...env } });
    return child;
  };
  const firstLine = async ({ stdout }: ChildProcess) => {
    if (stdout === null) throw new Error('no output');
    const [line] = await once(createInterface({ input: stdout }), 'line');
    return JSON.parse(String(line)) as { name: string; listening: number };
  };

  it('says where it listens, signs with its secret, and ends promptly though a call hangs', async () => {
    const receiver = await startReceiver();
    const running = start({ WEBHOOK_URL: receiver.url, RAZORPAY_WEBHOOK_SECRET: 's3cret', RAZORPAY_KEY_ID: 'k' });
    const { name, listening } = await firstLine(running);
    expect(name).to.equal('simulator');
    const url = `http://127.0.0.1:${listening}`;
    expect((await fetch(`${url}/healthz`)).status).to.equal(200);
    const post = (path: string, body: object) =>
      fetch(`${url}/control${path}`, { method: 'POST', body: JSON.stringify(body) });
    await post('/payments', { amount: 100, status: 'failed' });
    await until(() => receiver.received.length === 1);
    const [delivery] = receiver.received;
    expect(delivery?.headers['x-razorpay-signature']).to.equal(hmac(delivery?.body ?? Buffer.alloc(0), 's3cret'));
    await post('/faults', { hang_rate: 1 });
    const hanging = fetch(`${url}/v1/payments`).catch((error: unknown) => error);
    await until(async () => (await (await fetch(`${url}/control/calls`)).text()).includes('"hang":1'));
    const stopped = Date.now();
    running.kill('SIGTERM');
    const [code] = await once(running, 'exit');
    expect(code).to.equal(0);
    expect(Date.now() - stopped).to.be.below(5_000 * PATIENCE);
    expect(await hanging).to.be.instanceOf(Error);
    await receiver.close();
  });

  it('refuses to start on a wrong configuration and names each fault', async () => {
    const running = start({ SIMULATOR_PORT: 'http', WEBHOOK_URL: 'nowhere' });
    let errors = '';
    running.stderr?.on('data', (chunk) => {
      errors += chunk;
    });
    const [code] = await once(running, 'close');
    expect(code).to.equal(1);
    expect(errors).to.contain('SIMULATOR_PORT').and.to.contain('WEBHOOK_URL');
  });
});
