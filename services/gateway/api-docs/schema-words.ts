/** A JSON Schema in words, for a table of fields. Pure. */
import type { Schema } from './document.ts';

/** A piece of a type's words; `href`: where the named schema is described. */
export interface Piece {
  text: string;
  href?: string;
}

export interface Field {
  /** Nested ones by their way: `stats.checked_in`, `errors[].row`. */
  name: string;
  type: Piece[];
  required: boolean;
  description: string;
}

const NAMED = '#/components/schemas/';
/** Deeper than this a reader is better served by the example. */
const DEPTH = 3;

const words = (...texts: string[]): Piece[] => [{ text: texts.join('') }];
const joined = (parts: Piece[][], by: string): Piece[] =>
  parts.flatMap((part, i) => (i === 0 ? part : [{ text: by }, ...part]));

function range(least: number | undefined, most: number | undefined, of = ''): string {
  // What only says "fits into a number" says nothing.
  const [min, max] = [least, most].map((n) => (n === undefined || Math.abs(n) >= Number.MAX_SAFE_INTEGER ? null : n));
  if (min != null && max != null) return min === max ? `, ${min}${of}` : `, ${min} to ${max}${of}`;
  if (min != null) return `, at least ${min}${of}`;
  return max != null ? `, at most ${max}${of}` : '';
}

export function typeWords(schema: Schema): Piece[] {
  if (schema.$ref) {
    const name = schema.$ref.slice(NAMED.length);
    return [{ text: name, href: `#schema-${name}` }];
  }
  if (schema.const !== undefined) return words(JSON.stringify(schema.const));
  if (schema.enum) return words(schema.enum.length > 1 ? 'one of ' : '', schema.enum.join(', '));
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return joined(either.map(typeWords), ' or ');
  if (schema.allOf) return joined(schema.allOf.map(typeWords), ' and ');
  if (Array.isArray(schema.type)) return words(schema.type.join(' or '));
  if (schema.type === 'array')
    return [...words('list of '), ...typeWords(schema.items ?? {}), ...words(range(schema.minItems, schema.maxItems))];
  if (schema.type === 'object' && !schema.properties && typeof schema.additionalProperties === 'object')
    return [...words('by name: '), ...typeWords(schema.additionalProperties)];
  if (schema.type === 'string') {
    const format = schema.format === undefined ? '' : ` (${schema.format})`;
    return words('string', format, range(schema.minLength, schema.maxLength, ' characters'));
  }
  return words(schema.type ?? 'anything', range(schema.minimum, schema.maximum));
}

/** The object behind a list or an "or null", whose fields are worth a row each. */
function inner(schema: Schema): { schema: Schema; suffix: string } | null {
  if (schema.properties) return { schema, suffix: '' };
  if (schema.items) {
    const found = inner(schema.items);
    return found && { ...found, suffix: `[]${found.suffix}` };
  }
  const objects = (schema.anyOf ?? []).map(inner).filter((one) => one !== null);
  return objects.length === 1 ? (objects[0] ?? null) : null;
}

/** Every field, nested ones too; what is described under a name of its own is only named. */
export function fieldsOf(schema: Schema, prefix = '', depth = 0): Field[] {
  const found = inner(schema);
  if (!found || depth >= DEPTH) return [];
  const { properties = {}, required = [] } = found.schema;
  const start = depth === 0 ? '' : `${prefix}${found.suffix}.`;
  return Object.entries(properties).flatMap(([name, one]) => [
    {
      name: start + name,
      type: typeWords(one),
      required: required.includes(name),
      description: one.description ?? '',
    },
    ...fieldsOf(one, start + name, depth + 1),
  ]);
}
