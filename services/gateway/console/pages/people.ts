/** Clubs and users: who runs what, and who may come in. For admins. */
import { z } from 'zod';
import { ROLES } from '../../../../shared/store/documents.ts';
import { oneLine } from '../../../../shared/text.ts';
import type { userAnswer } from '../../auth/user-schema.ts';
import type { ClubAnswer } from '../../clubs/present.ts';
import { changeClubRoute, disableClub, enableClub } from '../../routes/clubs/change.ts';
import { createClubRoute } from '../../routes/clubs/create.ts';
import { listClubs } from '../../routes/clubs/list.ts';
import { readClub } from '../../routes/clubs/read.ts';
import { listClubUsers } from '../../routes/clubs/users.ts';
import { changeUserRoute, disableUser, enableUser } from '../../routes/users/change.ts';
import { createUserRoute } from '../../routes/users/create.ts';
import { listUsers } from '../../routes/users/list.ts';
import { readUser } from '../../routes/users/read.ts';
import { changedFields, only, opened, openedField } from '../changed.ts';
import { choices, clubChoices, typed } from '../choices.ts';
import { action, goTo, page } from '../page.ts';
import { answerOf } from '../route-answer.ts';

type User = z.input<typeof userAnswer>;

const ADMIN = ['admin'] as const;
const params = z.strictObject({ id: z.string().max(20) });
const MANY = { query: { limit: '1000' } };
const field = z.string().max(5_000).optional();
const cursor = z.strictObject({ cursor: z.string().max(500).optional() });

const orNull = (text: string | undefined): string | null => (text ?? '').trim() || null;

export const clubsPage = page({
  path: '/clubs',
  access: ADMIN,
  title: 'Clubs',
  view: 'people/clubs',
  nav: { label: 'Clubs', icon: 'clubs', group: 'system', order: 3 },
  query: cursor,
  async handle(call) {
    const { body, next } = await answerOf<ClubAnswer[]>(listClubs, call, { query: { ...call.query, limit: '100' } });
    return { clubs: body, next };
  },
});

const clubForm = z.strictObject({ name: field, description: field, email: field, phone: field });
const clubBody = (form: z.output<typeof clubForm>) => ({
  name: form.name ?? '',
  description: orNull(form.description),
  email: orNull(form.email),
  phone: orNull(form.phone),
});
/** The form has one line for each. */
const clubTexts = ({ name, description, email, phone }: ClubAnswer) => ({
  name,
  description: oneLine(description ?? ''),
  email: email ?? '',
  phone: phone ?? '',
});

export const newClub = action({
  path: '/clubs',
  access: ADMIN,
  form: clubForm,
  shownBy: clubsPage,
  async handle(call) {
    const { body } = await answerOf<ClubAnswer>(createClubRoute, call, { body: clubBody(call.body) });
    return goTo(`/clubs/${body.id}`, { tone: 'good', text: `${body.name} is made. Now give it people.` });
  },
});

export const clubPage = page({
  path: '/clubs/{id}',
  access: ADMIN,
  title: 'Club',
  view: 'people/club',
  params,
  async handle(call) {
    const { body: club } = await answerOf<ClubAnswer>(readClub, call, { params: call.params });
    const { body: users } = await answerOf<User[]>(listClubUsers, call, { params: call.params, ...MANY });
    const texts = clubTexts(club);
    return { title: club.name, club: { ...club, ...texts }, was: opened(texts), users };
  },
});

export const changeClubAction = action({
  path: '/clubs/{id}',
  access: ADMIN,
  params,
  form: clubForm.extend({ was: openedField }),
  shownBy: clubPage,
  async handle(call) {
    const { params } = call;
    const { was, ...form } = call.body;
    const { body: before } = await answerOf<ClubAnswer>(readClub, call, { params });
    const changed = changedFields(form, was, clubTexts(before));
    const names = Object.keys(changed);
    if (names.length === 0) return goTo(`/clubs/${before.id}`, { tone: 'info', text: 'Nothing was changed.' });
    await answerOf(changeClubRoute, call, { params, body: only(clubBody(changed), names) });
    return goTo(`/clubs/${before.id}`, { tone: 'good', text: 'Saved.' });
  },
});

const onOff = (what: 'clubs' | 'users', route: typeof enableClub, does: 'enable' | 'disable', text: string) =>
  action({
    path: `/${what}/{id}/${does}`,
    access: ADMIN,
    params,
    back: `/${what}/{id}`,
    async handle(call) {
      await answerOf(route, call, { params: call.params });
      return goTo(`/${what}/${call.params.id}`, { tone: 'good', text });
    },
  });

export const enableClubAction = onOff('clubs', enableClub, 'enable', 'Its people can sign in again.');
export const disableClubAction = onOff('clubs', disableClub, 'disable', 'Its people cannot sign in; its events go on.');
export const enableUserAction = onOff('users', enableUser, 'enable', 'Can sign in again.');
export const disableUserAction = onOff('users', disableUser, 'disable', 'Signed out everywhere, and cannot sign in.');

export const usersPage = page({
  path: '/users',
  access: ADMIN,
  title: 'Users',
  view: 'people/users',
  nav: { label: 'Users', icon: 'users', group: 'system', order: 4 },
  query: cursor,
  async handle(call) {
    const { body, next } = await answerOf<User[]>(listUsers, call, { query: { ...call.query, limit: '100' } });
    return { users: body, next };
  },
});

const userForm = z.strictObject({
  username: field,
  full_name: field,
  email: field,
  role: field,
  club_id: field,
  password: z.string().max(1_000).optional(),
});
const userBody = ({ full_name, email, role, club_id, password }: z.output<typeof userForm>) => ({
  full_name: orNull(full_name),
  email: orNull(email),
  role,
  club_id: club_id ? Number(club_id) : null,
  ...(password && { password }),
});
const userTexts = ({ full_name, email, role, club_id }: User) => ({
  full_name: full_name ?? '',
  email: email ?? '',
  role,
  club_id: String(club_id ?? ''),
});

export const newUserPage = page({
  path: '/users/new',
  access: ADMIN,
  title: 'New user',
  view: 'people/user',
  query: z.strictObject({ club_id: z.string().max(20).optional() }),
  handle: async (call) => ({
    user: { username: '', full_name: '', email: '' },
    id: null,
    disabled: false,
    self: false,
    roles: choices(ROLES, typed(call, 'role') ?? 'staff'),
    clubs: await clubChoices(call, typed(call, 'club_id') ?? call.query?.club_id),
  }),
});

export const newUserAction = action({
  path: '/users/new',
  access: ADMIN,
  form: userForm,
  shownBy: newUserPage,
  async handle(call) {
    const { username = '', password = '' } = call.body;
    const { body } = await answerOf<User>(createUserRoute, call, {
      body: { ...userBody(call.body), username, password },
    });
    return goTo('/users', { tone: 'good', text: `${body.username} can sign in now.` });
  },
});

export const userPage = page({
  path: '/users/{id}',
  access: ADMIN,
  title: 'User',
  view: 'people/user',
  params,
  async handle(call) {
    const { body: user } = await answerOf<User>(readUser, call, { params: call.params });
    const texts = userTexts(user);
    return {
      title: user.username,
      user: texts,
      was: opened(texts),
      id: user.id,
      disabled: user.disabled,
      self: user.id === call.user.id,
      roles: choices(ROLES, typed(call, 'role') ?? user.role),
      clubs: await clubChoices(call, typed(call, 'club_id') ?? user.club_id),
    };
  },
});

export const changeUserAction = action({
  path: '/users/{id}',
  access: ADMIN,
  params,
  form: userForm.extend({ was: openedField }),
  shownBy: userPage,
  async handle(call) {
    const { params } = call;
    const { was, username: _, password, ...form } = call.body;
    const { body: before } = await answerOf<User>(readUser, call, { params });
    const changed = changedFields(form, was, userTexts(before));
    const names = [...Object.keys(changed), ...(password ? ['password'] : [])];
    if (names.length === 0) return goTo('/users', { tone: 'info', text: 'Nothing was changed.' });
    await answerOf(changeUserRoute, call, { params, body: only(userBody({ ...changed, password }), names) });
    return goTo('/users', { tone: 'good', text: `${before.username} is changed.` });
  },
});
