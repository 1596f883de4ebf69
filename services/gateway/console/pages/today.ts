import { page } from '../page.ts';

export const todayPage = page({
  path: '/',
  access: 'any',
  title: 'Today',
  view: 'today',
  nav: { label: 'Today', icon: 'today', group: 'work', order: 0 },
  handle: () => ({}),
});
