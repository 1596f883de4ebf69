import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { commonFaults, commonSettings } from './common.ts';
import * as field from './fields.ts';
import { ConfigError, loadConfig, type Settings } from './index.ts';

const settings = {
  PORT: { doc: 'A port.', type: field.port, default: '8000' },
  EVERY: { doc: 'How often.', type: field.duration, default: '30m' },
  KEY: { doc: 'A key.', type: field.secret(8, 'openssl rand -hex 8'), secret: true },
  PEM: { doc: 'A PEM.', type: field.pem, optional: true },
  NAMES: { doc: 'Some names.', type: field.list, default: 'a, b,,' },
  SINCE: { doc: 'A moment.', type: field.moment, optional: true },
} as const satisfies Settings;

const faults = (env: Record<string, string>, of: Settings = settings): readonly string[] => {
  try {
    loadConfig(of, env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
};

describe('a configuration', () => {
  it('reads ports, durations, lists, moments and PEM text, with defaults', () => {
    const pem = generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }) as string;
    const config = loadConfig(settings, {
      KEY: 'long enough',
      EVERY: '1.5h',
      PEM: pem.replaceAll('\n', '\\n'),
      SINCE: '2026-11-01T00:00:00+05:30',
      PORT: '',
    });
    expect(config).to.deep.equal({
      PORT: 8_000,
      EVERY: 5_400_000,
      KEY: 'long enough',
      PEM: pem,
      NAMES: ['a', 'b'],
      SINCE: new Date('2026-10-31T18:30:00Z'),
    });
  });

  it('names every fault at once, each with what would be right', () => {
    const found = faults({ PORT: '70000', EVERY: 'soon', SINCE: 'yesterday' });
    expect(found).to.have.length(4);
    for (const [index, part] of [
      '"70000" is no port',
      '"soon" is no duration; write 10s',
      'KEY is missing: A key.',
      '"yesterday" is no time',
    ].entries())
      expect(found[index]).to.include(part);
  });

  it('never shows a secret', () => {
    expect(faults({ KEY: 's3cret' }).join())
      .to.include('needs at least 8 bytes')
      .and.not.include('s3cret');
    expect(
      faults({ MONGODB_URI: 'http://user:pa55@host' }, { MONGODB_URI: commonSettings.MONGODB_URI }).join(),
    ).to.not.include('pa55');
  });

  it('takes any setting from a file, and says when it cannot', () => {
    const folder = mkdtempSync(join(tmpdir(), 'qrflow-config-'));
    try {
      writeFileSync(join(folder, 'key'), 'from a file\n');
      expect(loadConfig(settings, { KEY_FILE: join(folder, 'key') }).KEY).to.equal('from a file');
      expect(faults({ KEY_FILE: join(folder, 'none') })).to.deep.equal(['KEY_FILE: cannot be read (ENOENT)']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('takes an empty file for what an empty variable is: not set', () => {
    const folder = mkdtempSync(join(tmpdir(), 'qrflow-config-'));
    const file = join(folder, 'empty');
    try {
      for (const nothing of ['', '\n', '\r\n']) {
        writeFileSync(file, nothing);
        const text = { MAYBE: { doc: 'A text.', type: field.text, optional: true } } as const satisfies Settings;
        expect(loadConfig(text, { MAYBE_FILE: file })).to.deep.equal({});
        expect(faults({ KEY_FILE: file, PORT_FILE: file })).to.deep.equal(['KEY is missing: A key.']);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('names a replica set by its members, and several servers of NATS by an address each', () => {
    const { MONGODB_URI, NATS_URL } = commonSettings;
    const wrong = (name: string, value: string) =>
      faults({ [name]: value }, { MONGODB_URI, NATS_URL } as Settings).filter((fault) => fault.startsWith(`${name}:`));
    for (const good of [
      'mongodb://a:27017,b:27017/qrflow?replicaSet=rs0',
      'mongodb://user:pass@a:27017,b:27017,c:27017/qrflow?replicaSet=rs0&authSource=qrflow&tls=true',
      'mongodb+srv://cluster.example.net/qrflow',
    ])
      expect(wrong('MONGODB_URI', good), good).to.deep.equal([]);
    expect(wrong('MONGODB_URI', 'a:27017,mongodb://b:27017/qrflow')).to.have.length(1);
    expect(wrong('NATS_URL', 'nats://a:4222, tls://b:4222')).to.deep.equal([]);
    expect(wrong('NATS_URL', 'nats://a:4222,b:4222')).to.have.length(1);
  });

  it('does not open the ops port to the world without a token', () => {
    const config = { OPS_HOST: '0.0.0.0', METRICS_TOKEN: undefined } as Parameters<typeof commonFaults>[0];
    expect(commonFaults(config)[0]).to.include('set METRICS_TOKEN');
    expect(commonFaults({ ...config, OPS_HOST: '127.0.0.1' })).to.deep.equal([]);
    expect(commonFaults({ ...config, METRICS_TOKEN: 'x'.repeat(16) })).to.deep.equal([]);
  });
});

describe('an address of a site', () => {
  it('is http or https and has no path, query or user', () => {
    for (const good of ['https://tickets.example.edu', 'http://127.0.0.1:8000', 'https://tickets.example.edu/'])
      expect(field.site.safeParse(good).success, good).to.equal(true);
    for (const wrong of [
      'tickets.example.edu',
      'ftp://x.edu',
      'https://x.edu/fest',
      'https://x.edu?a',
      'https://u:p@x.edu',
      'https://',
    ])
      expect(field.site.safeParse(wrong).success, wrong).to.equal(false);
  });
});
