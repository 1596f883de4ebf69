// HTML that escapes whatever is put into it: subjects, names and addresses come from strangers.

const fragment = Symbol('escaped HTML');

/** HTML that is already safe; only {@link html} makes it. */
export interface Markup {
  readonly [fragment]: string;
}

type Insertable = Markup | string | number | null | false | readonly Insertable[];

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Tag for templates: strings are escaped, markup and lists of it are taken as they are, null and false vanish. */
export function html(literals: TemplateStringsArray, ...values: Insertable[]): Markup {
  return {
    [fragment]: literals.reduce((built, literal, index) => built + insert(values[index - 1] ?? null) + literal),
  };
}

/** The text of safe markup, for sending. */
export function textOf(markup: Markup): string {
  return markup[fragment];
}

function insert(value: Insertable): string {
  if (value === null || value === false) return '';
  if (typeof value === 'string') return value.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
  if (typeof value === 'number') return String(value);
  return fragment in value ? value[fragment] : value.map(insert).join('');
}
