import { statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readPublicKeys, readSigningKey, signTicket, ticketVerifier } from '../../../shared/ticket/token.ts';
import { testFolder } from '../../../test/servers.ts';
import { secretsOf } from './secrets.ts';

describe('the secrets of a stack', () => {
  it('are made once and readable by nobody else', async () => {
    const folder = await testFolder();
    const first = secretsOf(folder);
    expect(secretsOf(folder)).deep.equal(first);
    expect(statSync(join(folder, 'secrets.json')).mode & 0o777).equal(0o600);
    expect(secretsOf(await testFolder())).not.deep.equal(first);
  });

  it('hold a key pair whose halves belong together', async () => {
    const { ticketSigningKey, ticketPublicKey } = secretsOf(await testFolder());
    const claims = { ticket: 't', event: 1 };
    const token = await signTicket(claims, readSigningKey(ticketSigningKey));
    expect(await ticketVerifier(readPublicKeys(ticketPublicKey))(token)).deep.equal(claims);
  });
});
