/** The console's views, compiled once from views/. A misspelt name in a view throws: a page never shows a silent gap. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Handlebars from 'handlebars';
import { assetPath } from './assets.ts';
import { ago, asDate, count, longTime, type Moment, money, shortTime, words } from './format.ts';
import { icon } from './icons.ts';
import type { Given } from './page.ts';

const root = fileURLToPath(new URL('./views/', import.meta.url));
const handlebars = Handlebars.create();
const views = new Map<string, Handlebars.TemplateDelegate>();

for (const file of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
  if (!file.endsWith('.hbs')) continue;
  const name = file.slice(0, -'.hbs'.length).replaceAll('\\', '/');
  const source = readFileSync(join(root, file), 'utf8');
  // A partial's optional arguments may be left out.
  if (name.startsWith('partials/')) handlebars.registerPartial(name.slice('partials/'.length), source);
  else views.set(name, handlebars.compile(source, { strict: true, explicitPartialContext: false }));
}

const { SafeString, escapeExpression } = Handlebars;
type Root = { page: { now: Date }; given?: Given | null };
const rootOf = (options: Handlebars.HelperOptions) => options.data.root as Root;
const isMoment = (at: unknown): at is Moment => at instanceof Date || typeof at === 'string' || typeof at === 'number';

const time = (at: Moment, shown: string, zone?: string) =>
  new SafeString(
    `<time datetime="${asDate(at).toISOString()}" title="${escapeExpression(longTime(at, zone))}">${escapeExpression(shown)}</time>`,
  );
const zoneOf = (options: Handlebars.HelperOptions) => (options.hash.zone as string | undefined) ?? undefined;

handlebars.registerHelper({
  asset: (name: string) => assetPath(name),
  icon: (name: string) => new SafeString(icon(name)),
  money: (minor: number | null, currency: unknown) => money(minor, typeof currency === 'string' ? currency : 'INR'),
  count: (value: number) => count(value),
  words: (name: unknown) => (typeof name === 'string' ? words(name) : ''),
  when: (at: unknown, options: Handlebars.HelperOptions) =>
    isMoment(at) ? time(at, shortTime(at, rootOf(options).page.now, zoneOf(options)), zoneOf(options)) : '–',
  ago: (at: unknown, options: Handlebars.HelperOptions) =>
    isMoment(at) ? time(at, ago(at, rootOf(options).page.now)) : '–',
  /** Text with `names` between backticks, as descriptions in code have them. */
  prose: (text: string) =>
    new SafeString(escapeExpression(text.replaceAll('`', '\u0000')).replaceAll(/\0([^\0]+)\0/g, '<code>$1</code>')),
  eq: (a: unknown, b: unknown) => a === b,
  or: (...values: unknown[]) => values.slice(0, -1).some(Boolean),
  and: (...values: unknown[]) => values.slice(0, -1).every(Boolean),
  not: (value: unknown) => !value,
  'tone-icon': (tone: string) => ({ good: 'good', warn: 'info', bad: 'held' })[tone] ?? 'info',
  /** What was typed into this field where its form is shown again, else `value`. */
  typed(name: string, value: unknown, options: Handlebars.HelperOptions) {
    const { given } = rootOf(options);
    return (given ? given.values[name] : value) ?? '';
  },
  /** What is wrong with this field. */
  fault: (name: string, options: Handlebars.HelperOptions) => rootOf(options).given?.faults[name] ?? '',
});

/** @throws Error for a view that does not exist or names something that its data lacks */
export function render(view: string, data: Record<string, unknown>): string {
  const template = views.get(view);
  if (!template) throw new Error(`views/${view}.hbs does not exist`);
  return template(data);
}

export const hasView = (view: string): boolean => views.has(view);
