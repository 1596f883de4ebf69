/** `npm run settings`: writes `.env.example` and the README's table. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { envExample } from './env-example.ts';
import { settingGroups } from './settings.ts';
import { settingsTable, withTable } from './table.ts';

const pathOf = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const groups = settingGroups();

writeFileSync(pathOf('.env.example'), envExample(groups));
const readme = pathOf('README.md');
if (existsSync(readme)) writeFileSync(readme, withTable(readFileSync(readme, 'utf8'), settingsTable(groups)));
