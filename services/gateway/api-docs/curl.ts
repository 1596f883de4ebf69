/** An operation as a line for a shell, with the document's own examples. Pure. */
import type { Operation, Schema } from './document.ts';

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** What may stand for a parameter. */
export function exampleOf({ examples, enum: named, default: usual, type }: Schema): string {
  const [first] = [...(examples ?? []), ...(named ?? []), ...(usual === undefined ? [] : [usual])];
  if (first !== undefined) return String(first);
  return type === 'integer' || type === 'number' ? '1' : 'text';
}

const JSON_TYPE = 'application/json';

function bodyOptions({ requestBody }: Operation): string[] {
  if (!requestBody) return [];
  const { [JSON_TYPE]: json, 'multipart/form-data': parts } = requestBody.content;
  if (json) return [`-H 'Content-Type: ${JSON_TYPE}'`, `-d ${quoted(JSON.stringify(json.example))}`];
  return Object.keys((parts?.example ?? {}) as object).map((name) => `-F ${name}=@attendees.csv`);
}

/** `$API` is where the gateway is, `$TOKEN` the access_token. Of the query only what is needed. */
export function curlOf(method: string, path: string, operation: Operation): string {
  const { parameters = [], security } = operation;
  const example = (name: string) => exampleOf(parameters.find((one) => one.name === name)?.schema ?? {});
  const at = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(example(name)));
  const query = new URLSearchParams(
    parameters
      .filter((one) => one.in === 'query' && one.required)
      .map(({ name }): [string, string] => [name, example(name)]),
  ).toString();
  const body = bodyOptions(operation);
  const usual = body.length > 0 ? 'POST' : 'GET';
  return [
    `curl -s ${method === usual ? '' : `-X ${method} `}"$API${at}${query && `?${query}`}"`,
    ...(security.length > 0 ? ['-H "Authorization: Bearer $TOKEN"'] : []),
    ...body,
  ].join(' \\\n  ');
}
