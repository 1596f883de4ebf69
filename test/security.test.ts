/** docs/security.md against the repository: what it names is there, and no requirement is left out. */
import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { settingGroups } from '../deploy/settings/settings.ts';
import { LOGIN_LIMITS } from '../services/gateway/auth/throttle.ts';
import { OUR_WORDS } from '../services/gateway/auth/weak-passwords.ts';
import { ROLES } from '../shared/store/documents.ts';

const root = new URL('../', import.meta.url);
const readText = (path: string) => readFileSync(new URL(path, root), 'utf8');
const text = readText('docs/security.md');
const named = (part: string): string[] => [...part.matchAll(/`([^`]+)`/g)].map(([, inner]) => inner as string);
/** A file of the repository: with a folder and an ending, or one that stands at its top. */
const isPath = (one: string) => /^(?:[\w.-]+\/)+[\w-]*\.[\w.]+$|^[\w-]*\.(?:md|json|yml|dockerignore)$/.test(one);

/** Section → its last requirement of level 1 or 2 in ASVS 5.0.0. */
const ASVS: Record<string, number> = {
  ...{ '1.1': 2, '1.2': 9, '1.3': 11, '1.4': 3, '1.5': 2 },
  ...{ '2.1': 3, '2.2': 3, '2.3': 4, '2.4': 1 },
  ...{ '3.2': 2, '3.3': 4, '3.4': 6, '3.5': 5, '3.7': 2 },
  ...{ '4.1': 3, '4.2': 1, '4.3': 2, '4.4': 4 },
  ...{ '6.1': 3, '6.2': 12, '6.3': 4, '6.4': 4, '6.5': 5, '6.6': 3, '6.8': 4 },
  ...{ '7.1': 3, '7.2': 4, '7.3': 2, '7.4': 5, '7.5': 2, '7.6': 2 },
  ...{ '8.1': 2, '8.2': 3, '8.3': 1, '8.4': 1 },
  ...{ '9.1': 3, '9.2': 4 },
  ...{ '11.1': 2, '11.2': 3, '11.3': 3, '11.4': 4, '11.5': 1, '11.6': 1 },
  ...{ '13.1': 1, '13.2': 5, '13.3': 2, '13.4': 5 },
  ...{ '14.1': 2, '14.2': 4, '14.3': 3 },
  ...{ '16.1': 1, '16.2': 5, '16.3': 4, '16.4': 3, '16.5': 3 },
};

const rows = text
  .split('\n')
  .filter((line) => /^\| (?:v5\.0\.0-|API\d)/.test(line))
  .map((line) => {
    const cells = line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim());
    return {
      ids: (cells[0] as string).split(', '),
      cells,
      does: cells.at(-3),
      shows: cells.at(-2),
      state: cells.at(-1),
    };
  });

describe('docs/security.md', () => {
  it('has a row for every requirement of level 1 and 2 of its chapters, and for each API risk, once', () => {
    const ids = rows.flatMap(({ ids }) => ids);
    expect(new Set(ids).size).to.equal(ids.length);
    for (const [section, last] of Object.entries(ASVS))
      for (let n = 1; n <= last; n++) expect(ids).to.include(`v5.0.0-${section}.${n}`);
    for (let n = 1; n <= 10; n++) expect(ids).to.include(`API${n}:2023`);
  });

  it('says of each whether it is met, and by which test, or what is missing', () => {
    for (const { ids, cells, does, shows, state } of rows) {
      expect(cells, `${ids}`).to.have.length(ids[0]?.startsWith('API') ? 5 : 6);
      expect(state, `${ids}`).to.be.oneOf(['met', 'not yet', 'n/a']);
      if (state === 'met') {
        expect(does, `${ids}`).to.match(/\w/);
        expect(shows, `${ids}`).to.match(/`[\w./-]+\.test\.ts`/);
      }
      if (state === 'not yet') expect(shows, `${ids}`).to.match(/^missing: |missing: /);
      if (state === 'n/a') expect(shows, `${ids}`).to.match(/\w/);
    }
  });

  it('names no file that is not there', () => {
    const paths = named(text).filter(isPath);
    expect(paths.length).to.be.above(150);
    for (const path of new Set(paths)) expect(existsSync(new URL(path, root)), path).to.equal(true);
    // Whatever looks like a path is held against the repository: none escapes by an odd spelling.
    for (const one of named(text).filter((inner) => /\.ts|\.sh$/.test(inner))) expect(isPath(one), one).to.equal(true);
  });

  it('links to nothing that is not there', () => {
    for (const [, target] of text.matchAll(/\]\((?!https:)([^)]+)\)/g)) {
      const [file, anchor] = String(target).split('#');
      const linked = readText(`docs/${file}`);
      const anchors = [...linked.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
        String(heading)
          .toLowerCase()
          .replace(/[^\w -]/g, '')
          .replaceAll(' ', '-'),
      );
      if (anchor !== undefined) expect(anchors, target).to.include(anchor);
    }
  });

  it('names every secret that there is, and every role', () => {
    const secrets = settingGroups()
      .flatMap(({ settings }) => settings)
      .filter(({ secret }) => secret)
      .map(({ name }) => name);
    expect(named(text)).to.include.members(secrets);
    for (const role of ROLES) expect(text).to.match(new RegExp(`^\\| \`${role}\` \\|`, 'm'));
  });

  it('tells the numbers and words of the sign-in as the code has them', () => {
    const { perUsername, perUsernameAnywhere, perAddress, window } = LOGIN_LIMITS;
    expect(text.replace(/\s+/g, ' '))
      .to.include(`${perUsername} wrong passwords for one name from one address, ${perAddress} from one address, or`)
      .and.include(`${perUsernameAnywhere} for one name from everywhere, within ${window / 60} minutes each`)
      .and.include(`a word of this system (${OUR_WORDS.map((word) => `\`${word}\``).join(', ')})`);
    const common = readText('services/gateway/auth/common-passwords.txt').trim().split('\n');
    expect(text).to.include(`none of the ${common.length.toLocaleString('en')} most common ones`);
  });
});
