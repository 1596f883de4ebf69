import { z } from 'zod';
import { presentUser } from '../../auth/present-user.ts';
import { changedUserBody, userAnswer, userExample } from '../../auth/user-schema.ts';
import { changeUser } from '../../auth/users.ts';
import { route } from '../../http/route.ts';
import { smallId } from '../ids.ts';

const params = z.strictObject({ id: smallId('user') });
const answers = { 200: { description: 'The user as it is now.', schema: userAnswer, example: userExample } };
const REMAINS = 'Nobody takes their own administrator role away, so that one always remains.';

export const changeUserRoute = route({
  id: 'changeUser',
  method: 'PUT',
  path: '/api/admin/users/{id}',
  tag: 'users',
  summary: 'Change a user',
  description: 'Any subset of fields. A new role, club or password, or disabling, signs that user out everywhere.',
  access: ['admin'],
  params,
  body: { schema: changedUserBody, example: { disabled: true } },
  answers,
  problems: {
    409: REMAINS,
    422: 'Everybody would guess the password, or an organizer is left without a club, or there is no such club.',
  },
  async handle(call) {
    const user = await changeUser(call.params.id, call.body, call);
    return { status: 200, body: await presentUser(call.gateway.store, user) };
  },
});

export const disableUser = route({
  id: 'disableUser',
  method: 'DELETE',
  path: '/api/admin/users/{id}',
  tag: 'users',
  summary: 'Disable a user',
  description: 'Signs that user out everywhere. Nothing is deleted: the audit trail speaks of people.',
  access: ['admin'],
  params,
  answers: { 200: { ...answers[200], example: { ...userExample, disabled: true } } },
  problems: { 409: REMAINS },
  async handle(call) {
    const user = await changeUser(call.params.id, { disabled: true }, call);
    return { status: 200, body: await presentUser(call.gateway.store, user) };
  },
});

export const enableUser = route({
  id: 'enableUser',
  method: 'POST',
  path: '/api/admin/users/{id}/enable',
  tag: 'users',
  summary: 'Enable a user again',
  access: ['admin'],
  params,
  answers,
  async handle(call) {
    const user = await changeUser(call.params.id, { disabled: false }, call);
    return { status: 200, body: await presentUser(call.gateway.store, user) };
  },
});
