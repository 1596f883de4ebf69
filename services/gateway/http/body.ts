/** Reading a request's body: at most 1 MiB, of a type the route takes. */
import { bodyParser } from '@koa/bodyparser';
import type { Context } from 'koa';
import { Problem } from '../../../shared/http/problem.ts';
import type { BodyType } from './route.ts';

const LIMIT = '1mb';
const MEDIA: Record<BodyType, string> = { json: 'application/json', form: 'application/x-www-form-urlencoded' };
const NAMES: Record<BodyType, string> = { json: 'JSON', form: 'a form' };

const parse = bodyParser({
  enableTypes: ['json', 'form'],
  jsonLimit: LIMIT,
  formLimit: LIMIT,
  onError(error) {
    const { status } = error as Error & { status?: number };
    if (status === 413) throw new Problem(413, { detail: 'a body may have at most 1 MiB' }, { cause: error });
    if (status === 415) throw new Problem(415, { detail: 'the body’s encoding is not known here' }, { cause: error });
    // The parser's own message would repeat a piece of the body, which may hold a password.
    throw new Problem(400, { detail: 'the body cannot be read as what its Content-Type says' }, { cause: error });
  },
});

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
  await parse(ctx, async () => {});
  return ctx.request.body;
}
