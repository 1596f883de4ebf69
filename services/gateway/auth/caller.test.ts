import { expect } from 'chai';
import { callerOf } from './caller.ts';

describe('who calls', () => {
  it('is one, however the address is written, and from whatever port', () => {
    for (const same of [
      '198.51.100.7',
      '198.51.100.7:50123',
      '::ffff:198.51.100.7',
      '::FFFF:198.51.100.7',
      '::ffff:198.51.100.7:50123',
      '[::ffff:198.51.100.7]:50123',
      '::ffff:c633:6407',
      '0:0:0:0:0:ffff:198.51.100.7',
      ' 198.51.100.7',
    ])
      expect(callerOf(same), same).to.equal('198.51.100.7');
    expect(callerOf('198.51.100.8')).to.not.equal(callerOf('198.51.100.7'));
  });

  it('is one in all of a network that is handed out as one (IPv6, 64 bits)', () => {
    for (const same of [
      '2001:db8:0:1::1',
      '2001:DB8::1:0:0:0:2',
      '2001:0db8:0000:0001:ffff:ffff:ffff:ffff',
      '[2001:db8:0:1::3]:443',
      '2001:db8:0:1::4%eth0',
      '2001:db8:0:1::198.51.100.7',
    ])
      expect(callerOf(same), same).to.equal('2001:db8:0:1::/64');
    expect(callerOf('2001:db8:0:2::1')).to.equal('2001:db8:0:2::/64');
    expect([callerOf('::1'), callerOf('fe80::1')]).to.deep.equal(['0:0:0:0::/64', 'fe80:0:0:0::/64']);
  });

  it('is what the proxy says where that is no address', () => {
    expect([callerOf('unknown'), callerOf('_hidden'), callerOf('')]).to.deep.equal(['unknown', '_hidden', '']);
    expect([callerOf('::ffff:1.2.3'), callerOf('[x]:1'), callerOf('1::2::3')]).to.deep.equal([
      '::ffff:1.2.3',
      'x',
      '1::2::3',
    ]);
  });
});
