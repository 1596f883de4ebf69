import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { testFolder } from '../../../test/servers.ts';
import { until } from '../../../test/until.ts';
import { identify } from '../children/identity.ts';
import { PROCESSES, type StackInfo } from './info.ts';
import { anyPorts } from './ports.ts';
import { type RunningStack, StackInUse, startStack } from './start.ts';

const answers = (url: string) =>
  fetch(url).then(
    ({ status }) => status,
    () => 0,
  );

describe('a stack', function () {
  this.timeout(120_000);
  let stack: RunningStack | undefined;
  afterEach(() => stack?.stop());

  it('says where all is once it is up, starts again what is killed, and leaves nothing behind', async () => {
    const dir = join(await testFolder(), 'stack');
    const file = `${dir}.json`;
    const read = () => JSON.parse(readFileSync(file, 'utf8')) as StackInfo;
    stack = await startStack({ dir, env: { ...process.env, ...anyPorts() }, ownServers: true });

    const info = read();
    expect(info).deep.equal(stack.info);
    expect(statSync(file).mode & 0o777).equal(0o600);
    expect(info).keys(
      ...['gateway', 'webhook', 'webhookSecret', 'razorpay', 'razorpayKey', 'mail', 'smtp', 'mongodb', 'nats', 'ops'],
      ...['admin', 'ticketPublicKey', 'pids'],
    );
    expect(info.pids).keys(...PROCESSES);
    for (const url of Object.values(info.ops)) expect(await answers(`${url}/readyz`)).equal(200);
    const login = await fetch(`${info.gateway}/api/auth/login`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(info.admin),
    });
    expect(login.status).equal(200);

    const second = await startStack({ dir, env: { ...process.env, ...anyPorts() }, ownServers: true }).catch(
      (error: unknown) => error,
    );
    expect(second).instanceOf(StackInUse);
    expect((second as Error).message).contains('STACK_DIR=');
    expect(existsSync(file), 'the file of the first').equal(true);

    const killed = info.pids.ticketing ?? 0;
    process.kill(killed, 'SIGKILL');
    await until(() => read().pids.ticketing !== killed, Boolean);
    await until(async () => (await answers(`${info.ops.ticketing}/readyz`)) === 200, Boolean);

    const pids = Object.values(read().pids);
    await stack.stop();
    stack = undefined;
    expect(pids.filter((pid) => identify(pid) !== null)).deep.equal([]);
    expect(existsSync(file)).equal(false);
  });
});
