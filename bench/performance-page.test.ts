import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { goalText } from './measure/table.ts';
import { PATHS } from './paths/index.ts';

describe('docs/performance.md', () => {
  const page = readFileSync(new URL('../docs/performance.md', import.meta.url), 'utf8');
  it('tells of each path what it does, its limit and its goal, and of no other', () => {
    const rows = [...page.matchAll(/^\| `([\w-]+)` \|.*$/gm)];
    const told = PATHS.map((path) => `| \`${path.name}\` | ${path.does} | ${path.limit} | ${goalText(path)} |`);
    expect(rows.map(([row]) => row)).to.deep.equal(told);
    for (const { name } of PATHS)
      expect(page).to.match(new RegExp(`^- (\\*\\*[\\w-]+\\*\\*, )*\\*\\*${name}\\*\\*[:,]`, 'm'));
  });
});
