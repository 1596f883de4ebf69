/** From /openapi.json to what the page about it shows. Pure: what the document does not say, the page cannot. */
import { curlOf, exampleOf } from './curl.ts';
import type { ApiDocument, Content, Operation } from './document.ts';
import { type Field, fieldsOf, type Piece, typeWords } from './schema-words.ts';

interface ShownContent {
  media: string;
  type: Piece[];
  fields: Field[];
  example: string;
}

export interface ShownOperation {
  id: string;
  method: string;
  path: string;
  summary: string;
  description: string;
  curl: string;
  parameters: (Field & { where: string; example: string })[];
  body: { required: boolean; types: string; content: ShownContent } | null;
  answers: {
    status: string;
    description: string;
    headers: { name: string; description: string }[];
    content: ShownContent | null;
  }[];
  problems: { status: string; description: string }[];
}

export interface ShownApi {
  title: string;
  version: string;
  description: string;
  groups: { name: string; id: string; description: string; operations: ShownOperation[] }[];
  schemas: { name: string; description: string; type: Piece[]; fields: Field[] }[];
}

const shownExample = (example: unknown, media: string): string => {
  if (example === undefined) return '';
  return media.includes('json') || typeof example !== 'string' ? JSON.stringify(example, null, 2) : example;
};

const content = ([media, { schema, example }]: [string, Content]): ShownContent => ({
  media,
  type: typeWords(schema),
  fields: fieldsOf(schema),
  example: shownExample(example, media),
});

const first = (contents: Record<string, Content> | undefined): ShownContent | null => {
  const [one] = Object.entries(contents ?? {});
  return one ? content(one) : null;
};

function bodyOf({ requestBody }: Operation): ShownOperation['body'] {
  const shown = first(requestBody?.content);
  if (!requestBody || !shown) return null;
  return { required: requestBody.required, types: Object.keys(requestBody.content).join(', '), content: shown };
}

function operationOf(method: string, path: string, operation: Operation): ShownOperation {
  const answers = Object.entries(operation.responses);
  return {
    id: operation.operationId,
    method,
    path,
    summary: operation.summary,
    description: operation.description ?? '',
    curl: curlOf(method, path, operation),
    parameters: (operation.parameters ?? []).map(({ name, in: where, required, description, schema }) => ({
      ...{ name, where, required, description: description ?? '', type: typeWords(schema) },
      example: exampleOf(schema),
    })),
    body: bodyOf(operation),
    answers: answers
      .filter(([status]) => status < '400')
      .map(([status, one]) => ({
        status,
        description: one.description,
        headers: Object.entries(one.headers ?? {}).flatMap(([name, { description }]) =>
          description === undefined ? [] : [{ name, description }],
        ),
        content: first(one.content),
      })),
    problems: answers
      .filter(([status]) => status >= '400')
      .map(([status, { description }]) => ({ status, description })),
  };
}

export function readDocument({ info, tags, paths, components }: ApiDocument): ShownApi {
  const all = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      tag: operation.tags[0],
      shown: operationOf(method.toUpperCase(), path, operation),
    })),
  );
  return {
    ...info,
    groups: tags.map(({ name, description }) => ({
      name,
      id: `tag-${name.replaceAll(' ', '-')}`,
      description,
      operations: all.filter(({ tag }) => tag === name).map(({ shown }) => shown),
    })),
    schemas: Object.entries(components.schemas).map(([name, schema]) => ({
      name,
      description: schema.description ?? '',
      type: typeWords(schema),
      fields: fieldsOf(schema),
    })),
  };
}
