/**
 * A mail's text with named placeholders, `{{name}}`, and nothing else: no helpers, no paths, no markup. So small a
 * language that whatever an organiser types is either taken whole or refused where it goes wrong. Pure.
 */
import { isPlaceholder, PLACEHOLDER_NAMES, type Placeholder } from './placeholders.ts';

export type Part = { kind: 'text'; text: string } | { kind: 'placeholder'; name: Placeholder };

/** Both count from 1; the column in characters. */
export interface ParseFault {
  line: number;
  column: number;
  message: string;
}

export interface Parsed {
  parts: Part[];
  faults: ParseFault[];
}

/** A text of two thousand braces is wrong in one way only. */
const MOST_FAULTS = 5;
const SHOWN = 30;

const ALLOWED = PLACEHOLDER_NAMES.map((name) => `{{${name}}}`).join(', ');
const shortened = (text: string) => ([...text].length > SHOWN ? `${[...text].slice(0, SHOWN).join('')}…` : text);

const unknown = (name: string): string =>
  /^[\p{L}\p{N}_ -]+$/u.test(name)
    ? `there is no placeholder {{${shortened(name)}}}; there are ${ALLOWED}`
    : `between {{ and }} stands one of these names and nothing else: ${ALLOWED}`;

function place(source: string, at: number): Pick<ParseFault, 'line' | 'column'> {
  const before = source.slice(0, at).split('\n');
  return { line: before.length, column: [...(before.at(-1) ?? '')].length + 1 };
}

/** Where the next of these braces is, or the end. */
const next = (source: string, braces: string, from: number): number => {
  const at = source.indexOf(braces, from);
  return at === -1 ? source.length : at;
};

interface Step {
  part?: Part;
  fault?: string;
  /** Where it goes on. */
  to: number;
}

const BRACES = 'two braces are enough: {{name}}, not {{{name}}}';

/** What stands at an opening `{{`. */
function opened(source: string, at: number): Step {
  const inside = at + 2;
  const close = next(source, '}}', inside);
  const lineEnd = next(source, '\n', inside);
  const afterBraces = close + (/^}*/.exec(source.slice(close))?.[0].length ?? 0);
  if (source[inside] === '{') return { fault: BRACES, to: close < lineEnd ? afterBraces : inside + 1 };
  if (close >= Math.min(next(source, '{{', inside), lineEnd))
    return { fault: '{{ is not closed by }} on its line', to: inside };
  if (afterBraces > close + 2) return { fault: BRACES, to: afterBraces };
  const name = source.slice(inside, close).trim();
  if (isPlaceholder(name)) return { part: { kind: 'placeholder', name }, to: close + 2 };
  return { fault: unknown(name), to: close + 2 };
}

/** Every fault at once, up to five; the parts mean nothing where there is one. */
export function parse(source: string): Parsed {
  const parts: Part[] = [];
  const faults: ParseFault[] = [];
  for (let at = 0; at < source.length && faults.length < MOST_FAULTS; ) {
    const brace = Math.min(next(source, '{{', at), next(source, '}}', at));
    if (brace > at) parts.push({ kind: 'text', text: source.slice(at, brace) });
    if (brace === source.length) break;
    const { part, fault, to } =
      source[brace] === '{' ? opened(source, brace) : { fault: '}} closes nothing', to: brace + 2 };
    if (part) parts.push(part);
    if (fault) faults.push({ ...place(source, brace), message: fault });
    at = to;
  }
  return { parts, faults };
}
