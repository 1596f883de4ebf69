import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { createLogger } from '../../../shared/log/index.ts';
import { createRegistry } from '../../../shared/metrics/index.ts';
import { saySigner } from '../../../shared/ticket/signer.ts';
import { doorKey } from '../../../shared/ticket/token.ts';
import { until } from '../../../test/until.ts';
import { createGatewayMetrics } from '../metrics.ts';
import { startTestGateway, type TestGateway } from '../testing/start.ts';
import { watchSigningKey } from './signing-key.ts';

const ours = doorKey(generateKeyPairSync('ed25519').publicKey);

describe('the key that tickets are signed with', () => {
  let gateway: TestGateway;
  before(async () => {
    gateway = await startTestGateway();
  });
  after(() => gateway.stop());

  it('is said once where the gateway does not know it, measured, and told again when it changes', async () => {
    const lines: Record<string, unknown>[] = [];
    const log = createLogger('gateway', 'info', false, { write: (line) => lines.push(JSON.parse(line)) });
    const metrics = createGatewayMetrics(createRegistry('test'));
    const { store } = gateway;
    const ending = new AbortController();
    const watching = watchSigningKey({ store, doorKeys: [ours], log, metrics }, ending.signal, 10);
    const unknown = async () => (await metrics.signingKeyUnknown.get()).values[0]?.value;
    const becomes = async (kid: string, value: 0 | 1, said: number) => {
      await saySigner(store, kid);
      await until(
        async () => [await unknown(), lines.length].join(),
        (now) => now === [value, said].join(),
        kid,
      );
    };
    try {
      expect(await unknown(), 'nothing is said yet').to.equal(0);
      await becomes('0badcafe', 1, 1);
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect(lines, 'once').to.have.length(1);
      await becomes('1badcafe', 1, 2);
      await becomes(ours.kid, 0, 3);
      expect(lines.map(({ level, kid }) => [level, kid])).to.deep.equal([
        ['error', '0badcafe'],
        ['error', '1badcafe'],
        ['info', undefined],
      ]);
      expect(lines[0]).to.deep.include({ known: [ours.kid] });
      expect(JSON.stringify(lines), 'no key').to.not.include(ours.x);
    } finally {
      ending.abort();
      await watching;
    }
  });
});
