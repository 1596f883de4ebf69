import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';

const root = new URL('..', import.meta.url);
const guide = readFileSync(new URL('docs/user-guide.md', root), 'utf8');

/** What the console, its scripts and its pages' declarations say. */
const ofConsole = new URL('services/gateway/console/', root);
const screens = readdirSync(ofConsole, { recursive: true, encoding: 'utf8' })
  .filter((name) => /(?<!\.test)\.(hbs|js|ts)$/.test(name))
  .map((name) => readFileSync(new URL(name, ofConsole), 'utf8'))
  .join('\n');

describe('the user guide', () => {
  it('names in bold only what is on the screen', () => {
    const named = [...guide.matchAll(/\*\*([^*]+)\*\*/g)].flatMap(([, words]) =>
      (words as string).split(/,?\s*\d+\s*/),
    );
    expect(named.length).to.be.above(40);
    expect(named.filter((words) => !screens.includes(words))).to.deep.equal(['bold']);
  });
});

describe('the screenshots', () => {
  it('are all shown, and all there', () => {
    const folder = new URL('docs/screenshots/', root);
    const kept = readdirSync(folder).filter((name) => name.endsWith('.png'));
    const shown = [...readFileSync(new URL('README.md', folder), 'utf8').matchAll(/\]\(([\w-]+\.png)\)/g)];
    expect(shown.map(([, name]) => name)).to.have.members(kept);
  });
});
