/** `.env.example`: what must be filled in stands open, what has a default is a comment. */
import { SET_BY_COMPOSE } from './compose-settings.ts';
import type { SettingDoc, SettingGroup } from './settings.ts';

const HEAD = `# The settings of QRFlow. Made by \`npm run settings\`: change them in services/*/config.ts.
#
# \`sh deploy/make-secrets.sh\` makes a .env of this with every secret in it, and says what is left to fill in.
# PEM keys stand on one line, with \\n for each line break. A value with a $ stands in single quotes, or docker compose
# takes what follows for a variable. Each setting may also come as a file, NAME_FILE=/path; docker compose hands on
# SMTP_CA_FILE alone.
`;

const WIDTH = 118;

/** Breaks text into comment lines. */
function comment(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length + 1 > WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.map((line) => `# ${line}`).join('\n');
}

// Single quotes: every reader of .env files takes them literally.
const quoted = (value: string) => (/^[\w.:/,@+-]*$/.test(value) ? value : `'${value}'`);

function entry(setting: SettingDoc): string {
  const { name, doc, default: fallback, example, required } = setting;
  const hint = example === undefined ? '' : ` For example: ${quoted(example)}`;
  const byCompose = SET_BY_COMPOSE.includes(name) ? ' (docker compose sets it.)' : '';
  const assignment =
    required && !byCompose ? `${name}=` : `# ${name}=${fallback === undefined ? '' : quoted(fallback)}`;
  return `${comment(`${doc}${hint}${byCompose}`)}\n${assignment}\n`;
}

/** The text of `.env.example`. */
export const envExample = (groups: SettingGroup[]): string =>
  [HEAD, ...groups.map(({ title, settings }) => `\n# == ${title}\n\n${settings.map(entry).join('\n')}`)].join('');
