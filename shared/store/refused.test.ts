import { expect } from 'chai';
import { testServers } from '../../test/servers.ts';
import { until } from '../../test/until.ts';
import { createLogger } from '../log/index.ts';
import { openStore } from './index.ts';

describe('a store that refuses its user', () => {
  it('is told apart in the log from one that cannot be reached, without the password', async () => {
    const uri = new URL((await testServers()).mongoUri());
    uri.username = 'nobody';
    uri.password = 'not-the-password';
    const lines: string[] = [];
    const log = createLogger('test', 'warn', false, { write: (line: string) => void lines.push(line) });
    const store = openStore({ uri: uri.href, log, name: 'test' });
    try {
      const said = () => lines.find((line) => line.includes('store: connection error'));
      await until(
        async () => said(),
        (line) => line !== undefined,
      );
      const { err, code, code_name } = JSON.parse(said() ?? '{}');
      expect(err).to.equal('MongoServerError');
      expect([typeof code, typeof code_name]).to.deep.equal(['number', 'string']);
      expect(lines.join('')).not.to.include('not-the-password');
      expect(await store.ping()).to.equal(false);
    } finally {
      await store.close();
    }
  });
});
