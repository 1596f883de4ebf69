/** Reading a request's body: at most 1 MiB, of a type the route takes. */
import { bodyParser } from '@koa/bodyparser';
import type { Context } from 'koa';
import rawBody from 'raw-body';
import { Problem } from '../../../shared/http/problem.ts';
import type { BodyType } from './route.ts';

const LIMIT = '1mb';
const MEDIA: Record<BodyType, string> = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  file: 'multipart/form-data',
};
const NAMES: Record<BodyType, string> = { json: 'JSON', form: 'a form', file: 'a form with a file' };

const parseJson = bodyParser({ enableTypes: ['json'], jsonLimit: LIMIT, onError: refuse });

function refuse(error: unknown): never {
  const { status } = error as Error & { status?: number };
  if (status === 413) throw new Problem(413, { detail: 'a body may have at most 1 MiB' }, { cause: error });
  if (status === 415) throw new Problem(415, { detail: 'the body’s encoding is not known here' }, { cause: error });
  // The parser's own message would repeat a piece of the body, which may hold a password.
  throw new Problem(400, { detail: 'the body cannot be read as what its Content-Type says' }, { cause: error });
}

async function formBytes(ctx: Context): Promise<Buffer> {
  if (!['', 'identity'].includes(ctx.get('content-encoding')))
    throw Object.assign(new Error('an encoded form'), { status: 415 });
  return rawBody(ctx.req, { length: ctx.get('content-length') || null, limit: LIMIT });
}

/** A browser ends each line of a form with two characters, of which its page counted one. */
const withOurEnds = (text: string): string => text.replaceAll('\r\n', '\n');

/** The fields of a form: a text each, or, for a name that came more than once, all its texts in their order. */
async function readFields(ctx: Context): Promise<Record<string, unknown>> {
  try {
    const fields = new Map<string, string[]>();
    for (const [name, sent] of new URLSearchParams((await formBytes(ctx)).toString())) {
      const value = withOurEnds(sent);
      const before = fields.get(name);
      if (before) before.push(value);
      else fields.set(name, [value]);
    }
    return Object.fromEntries([...fields].map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
  } catch (error) {
    return refuse(error);
  }
}

/** The fields of a multipart form, files as `File`; a name sent twice is one too many. */
async function readParts(ctx: Context): Promise<Record<string, unknown>> {
  try {
    const bytes = await formBytes(ctx);
    const form = await new Response(new Uint8Array(bytes), {
      headers: { 'Content-Type': ctx.get('content-type') },
    }).formData();
    const names = [...form.keys()];
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined) throw new Error('a name sent twice');
    return Object.fromEntries(
      [...form].map(([name, value]) => [name, typeof value === 'string' ? withOurEnds(value) : value]),
    );
  } catch (error) {
    return refuse(error);
  }
}

const hasBody = (ctx: Context) => ctx.get('transfer-encoding') !== '' || Number(ctx.get('content-length')) > 0;

export const mediaTypes = (types: readonly BodyType[]): string[] => types.map((type) => MEDIA[type]);

/**
 * The parsed body; an empty object when there is none.
 * @throws Problem 400, 413 or 415
 */
export async function readBody(ctx: Context, types: readonly BodyType[]): Promise<unknown> {
  if (!hasBody(ctx)) return {};
  if (!ctx.is(mediaTypes(types)))
    throw new Problem(
      415,
      { detail: `send the body as ${types.map((type) => `${NAMES[type]} (${MEDIA[type]})`).join(' or ')}` },
      { headers: { Accept: mediaTypes(types).join(', ') } },
    );
  if (ctx.is(MEDIA.file)) return readParts(ctx);
  if (ctx.is(MEDIA.form)) return readFields(ctx);
  await parseJson(ctx, async () => {});
  return ctx.request.body;
}
