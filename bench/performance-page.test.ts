import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { goalText } from './measure/table.ts';
import { PATHS } from './paths/index.ts';

const text = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
/** The cells of a table's rows that begin with a path's name. */
const rowsOf = (part: string): string[][] =>
  [...part.matchAll(/^\| `?([a-z][\w-]*)`? +\|(.*)\|$/gm)].map(([, name = '', rest = '']) => [
    name,
    ...rest.split('|').map((cell) => cell.trim()),
  ]);

describe('docs/performance.md', () => {
  const page = text('docs/performance.md');
  it('tells of each path what it does, its limit and its goal, and of no other', () => {
    const rows = [...page.matchAll(/^\| `([\w-]+)` \|.*$/gm)];
    const told = PATHS.map((path) => `| \`${path.name}\` | ${path.does} | ${path.limit} | ${goalText(path)} |`);
    expect(rows.map(([row]) => row)).to.deep.equal(told);
    for (const { name } of PATHS)
      expect(page).to.match(new RegExp(`^- (\\*\\*[\\w-]+\\*\\*, )*\\*\\*${name}\\*\\*[:,]`, 'm'));
  });

  it('has the figures of every path, and the README the same', () => {
    const [, figures = ''] = page.split('## Figures');
    const [table = ''] = figures.split('### ');
    const published = rowsOf(table).filter(([name]) => name !== 'path');
    expect(published.map(([name, , , goal]) => [name, goal])).to.deep.equal(
      PATHS.map((path) => [path.name, goalText(path)]),
    );
    const [, fast = ''] = text('README.md').split('## How fast');
    const [told = ''] = fast.split('\n## ');
    expect(rowsOf(told).filter(([name]) => name !== 'path')).to.deep.equal(
      published.map(([name, ratio, , goal, met]) => [name, ratio, goal, met]),
    );
  });
});
