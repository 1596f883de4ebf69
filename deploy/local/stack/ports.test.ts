import { createServer, type Server } from 'node:net';
import { expect } from 'chai';
import { freePort } from '../servers/free-port.ts';
import { anyPorts, PortsUnusable, settledPorts, wantedPorts } from './ports.ts';

const refusal = async (env: NodeJS.ProcessEnv): Promise<string> => {
  const error = await wantedPorts(env).then(
    () => null,
    (cause: unknown) => cause,
  );
  expect(error).instanceOf(PortsUnusable);
  return (error as Error).message;
};

describe('the ports of a stack', () => {
  let taken: Server | undefined;
  afterEach(() => void taken?.close());

  it('names variable, port and remedy of every port that cannot be used, all at once', async () => {
    const port = await freePort();
    await new Promise<void>((done) => {
      taken = createServer().listen(port, '127.0.0.1', done);
    });
    const free = String(await freePort());
    const env = { GATEWAY_PORT: String(port), MAIL_PORT: 'eighty', SMTP_PORT: '65536' };
    const message = await refusal({ ...anyPorts(), ...env, INGEST_PORT: free, SIMULATOR_PORT: free });
    expect(message).contains(`GATEWAY_PORT: port ${port} is taken`);
    expect(message).contains('MAIL_PORT: "eighty" is no port');
    expect(message).contains('SMTP_PORT: "65536" is no port');
    expect(message).contains(`SIMULATOR_PORT: ${free} is the port of INGEST_PORT already`);
    expect(message).contains('GATEWAY_PORT=0 SIMULATOR_PORT=0 MAIL_PORT=0 SMTP_PORT=0 make stack');
  });

  it('takes a free port, each another one, where 0 is asked for, and keeps the others', async () => {
    const port = await freePort();
    const wanted = await wantedPorts({ ...anyPorts(), GATEWAY_PORT: String(port) });
    expect(wanted).include({ gateway: port, ingest: 0 });
    const ports = await settledPorts(wanted);
    expect(ports.gateway).equal(port);
    expect(Object.values(ports)).not.include(0);
    expect(new Set(Object.values(ports)).size).equal(Object.keys(ports).length);
  });
});
