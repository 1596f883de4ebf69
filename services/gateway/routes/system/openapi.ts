import { z } from 'zod';
import { route } from '../../http/route.ts';

export const openapi = route({
  id: 'openapi',
  method: 'GET',
  path: '/openapi.json',
  tag: 'system',
  summary: 'This API as OpenAPI 3.1',
  access: 'public',
  answers: {
    200: {
      description: 'The document.',
      schema: z.looseObject({ openapi: z.string() }),
      example: { openapi: '3.1.0', info: { title: 'QRFlow', version: '0.1.0' }, paths: {} },
    },
  },
  handle: ({ gateway }) => ({ status: 200, body: gateway.document() as { openapi: string } }),
});
