import { z } from 'zod';
import { route } from '../../http/route.ts';

const LINKS = {
  openapi: '/openapi.json',
  docs: '/docs',
  health: '/health',
  login: '/api/auth/login',
  events: '/api/events',
};

const answer = z
  .strictObject({ name: z.string(), version: z.string(), links: z.record(z.string(), z.string()) })
  .meta({ id: 'Root' });

export const root = route({
  id: 'root',
  method: 'GET',
  path: '/',
  tag: 'system',
  summary: 'What this is',
  access: 'public',
  answers: {
    200: {
      description: 'Name, version, and where to go.',
      schema: answer,
      example: { name: 'QRFlow', version: '0.1.0', links: LINKS },
    },
  },
  handle: ({ gateway: { version } }) => ({ status: 200, body: { name: 'QRFlow', version, links: LINKS } }),
});
