import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import { expect } from 'chai';
import { envExample } from './env-example.ts';
import { serviceSettings, settingGroups } from './settings.ts';
import { settingsTable, withTable } from './table.ts';

const fileOf = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const names = Object.values(serviceSettings).flatMap((settings) => Object.keys(settings));

describe('the documented settings', () => {
  it('stand in .env.example as the code has them (else: npm run settings)', () => {
    expect(readFileSync(fileOf('.env.example'), 'utf8')).to.equal(envExample(settingGroups()));
  });

  if (existsSync(fileOf('README.md')))
    it('stand in the README as the code has them (else: npm run settings)', () => {
      const readme = readFileSync(fileOf('README.md'), 'utf8');
      expect(readme).to.equal(withTable(readme, settingsTable(settingGroups())));
    });

  it('are every setting of every service, each once', () => {
    const documented = settingGroups().flatMap(({ settings }) => settings.map(({ name }) => name));
    expect(documented).to.include.members(names);
    expect(new Set(documented).size).to.equal(documented.length);
  });

  it('give no value to a secret', () => {
    const given = parseEnv(envExample(settingGroups()).replaceAll(/^# (?=[A-Z_]+=)/gm, ''));
    for (const { name, secret } of settingGroups().flatMap(({ settings }) => settings))
      if (secret) expect(given[name], name).to.equal('');
  });

  it('replace what stands between the markers and nothing else', () => {
    const page = 'before\n<!-- settings:start -->\nold\n<!-- settings:end -->\nafter\n';
    expect(withTable(page, '| a |\n')).to.equal(
      'before\n<!-- settings:start -->\n\n| a |\n\n<!-- settings:end -->\nafter\n',
    );
    expect(() => withTable('no markers', '')).to.throw('settings:start');
  });
});
