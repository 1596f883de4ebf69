import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { testFolder } from '../../test/servers.ts';
import { packagesOf } from './packages.ts';

describe('the packages of a program', () => {
  it('are those of all files that it imports, once each, and no built-in module', async () => {
    const folder = join(await testFolder(), 'program');
    mkdirSync(folder);
    const write = (name: string, lines: string[]) => writeFileSync(join(folder, name), lines.join('\n'));
    write('main.js', ["import { a } from './a.js';", "import Koa, {\n  type X,\n} from 'koa';", "import 'node:fs';"]);
    write('a.js', [
      "export * from './b.js';",
      "export const said = 'not from';",
      "export const c = () => `of from 'no-package'`;",
      "import { z } from '@scope/z/deep';",
      "import 'path';",
    ]);
    write('b.js', ["import './main.js';", "import type { Y } from 'only-types';", "import 'koa';"]);
    expect(packagesOf(join(folder, 'main.js'))).to.deep.equal(['@scope/z/deep', 'koa']);
  });

  it('are found for a service', () => {
    const main = (name: string) => fileURLToPath(new URL(`../../services/${name}/main.ts`, import.meta.url));
    expect(packagesOf(main('ticketing'))).to.include.members(['mongoose', 'handlebars', 'nodemailer', 'opossum']);
    expect(packagesOf(main('ingest')))
      .to.include('nats')
      .and.not.include('nodemailer');
  });
});
