/** The README's table of settings, kept between two markers. */
import type { SettingDoc, SettingGroup } from './settings.ts';

const START = '<!-- settings:start -->';
const END = '<!-- settings:end -->';

const cell = (text: string) => text.replaceAll('|', '\\|');

function fallback({ default: value, required, secret }: SettingDoc): string {
  if (value !== undefined) return `\`${cell(value)}\``;
  const kind = secret ? ', secret' : '';
  return required ? `**required**${kind}` : `none${kind}`;
}

const row = (setting: SettingDoc) => `| \`${setting.name}\` | ${fallback(setting)} | ${cell(setting.doc)} |`;

/** One table a group, in Markdown. */
export const settingsTable = (groups: SettingGroup[]): string =>
  groups
    .map(
      ({ title, settings }) =>
        `**${title}**\n\n| name | default | meaning |\n|---|---|---|\n${settings.map(row).join('\n')}\n`,
    )
    .join('\n');

/**
 * The page with its table made anew.
 * @throws Error when the markers are missing
 */
export function withTable(page: string, table: string): string {
  const start = page.indexOf(START);
  const end = page.indexOf(END);
  if (start === -1 || end < start) throw new Error(`the README needs ${START} and, after it, ${END}`);
  return `${page.slice(0, start + START.length)}\n\n${table}\n${page.slice(end)}`;
}
