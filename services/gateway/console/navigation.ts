/** The navigation: the declared pages that have an entry, for whom may see them. Pure. */
import type { SignedIn } from '../http/route.ts';
import type { Declared, Nav } from './page.ts';

const GROUPS: Record<Nav['group'], string> = { work: 'Payments', events: 'Events', system: 'System' };

export interface NavGroup {
  label: string;
  items: { href: string; label: string; icon: string; current: boolean; here: boolean }[];
}

const within = (path: string, entry: string) => entry !== '/' && path.startsWith(`${entry}/`);

/** `path`: of the page that is shown. `here` is that very page, `current` one below the entry too. */
export function navigation(declared: readonly Declared[], user: Pick<SignedIn, 'role'>, path: string): NavGroup[] {
  const entries = declared.flatMap((one) =>
    one.kind === 'page' &&
    one.nav &&
    one.access !== 'public' &&
    (one.access === 'any' || one.access.includes(user.role))
      ? [{ ...one.nav, href: one.path }]
      : [],
  );
  return (Object.keys(GROUPS) as Nav['group'][])
    .map((group) => ({
      label: GROUPS[group],
      items: entries
        .filter((entry) => entry.group === group)
        .sort((a, b) => a.order - b.order)
        .map(({ href, label, icon }) => ({
          href,
          label,
          icon,
          here: href === path,
          current: href === path || within(path, href),
        })),
    }))
    .filter(({ items }) => items.length > 0);
}
