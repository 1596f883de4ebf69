import { z } from 'zod';
import { presentClub } from '../../clubs/present.ts';
import { changeClub } from '../../clubs/save.ts';
import { changedClubBody, clubAnswer, clubExample } from '../../clubs/schema.ts';
import { route } from '../../http/route.ts';
import { smallId } from '../ids.ts';

const params = z.strictObject({ id: smallId('club') });
const answers = { 200: { description: 'The club as it is now.', schema: clubAnswer, example: clubExample } };

export const changeClubRoute = route({
  id: 'changeClub',
  method: 'PUT',
  path: '/api/admin/clubs/{id}',
  tag: 'clubs',
  summary: 'Change a club',
  description: 'Any subset of fields; null clears one.',
  access: ['admin'],
  params,
  body: { schema: changedClubBody, example: { phone: '+91 98000 00004' } },
  answers,
  problems: { 409: 'The name is taken.' },
  async handle(call) {
    const club = await changeClub(call.params.id, call.body, call);
    return { status: 200, body: await presentClub(call.gateway.store, club) };
  },
});

export const disableClub = route({
  id: 'disableClub',
  method: 'DELETE',
  path: '/api/admin/clubs/{id}',
  tag: 'clubs',
  summary: 'Disable a club',
  description:
    'Its members are signed out and cannot sign in until it is enabled again. Its events, payments and tickets go on; nothing is deleted.',
  access: ['admin'],
  params,
  answers: { 200: { ...answers[200], example: { ...clubExample, active: false } } },
  async handle(call) {
    const club = await changeClub(call.params.id, { active: false }, call);
    return { status: 200, body: await presentClub(call.gateway.store, club) };
  },
});

export const enableClub = route({
  id: 'enableClub',
  method: 'POST',
  path: '/api/admin/clubs/{id}/enable',
  tag: 'clubs',
  summary: 'Enable a club again',
  access: ['admin'],
  params,
  answers,
  async handle(call) {
    const club = await changeClub(call.params.id, { active: true }, call);
    return { status: 200, body: await presentClub(call.gateway.store, club) };
  },
});
