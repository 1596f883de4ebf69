/**
 * An address that is most likely mistyped: its domain is nearly one that everybody has, or that the others of the event
 * have. Only the domain is ever suggested. Pure.
 */

const DOMAINS = [
  'gmail.com',
  'yahoo.com',
  'yahoo.co.in',
  'yahoo.in',
  'outlook.com',
  'hotmail.com',
  'icloud.com',
  'live.com',
  'rediffmail.com',
  'proton.me',
];

/** Near one of those, and real all the same. */
const REAL = new Set(
  [
    'mail.com email.com ymail.com gmx.com me.com aol.com live.in outlook.in live.ca hotmail.ca hotmail.co.in',
    'yahoo.ca yahoo.co.uk yahoo.co.jp yahoo.co.id yahoo.co.nz yahoo.co.za yahoo.fr cloud.com',
  ].flatMap((some) => some.split(' ')),
);

/** What addresses the others have. */
export interface DomainHabits {
  /** What many of them have, such as the college's, most used first. */
  usual: readonly string[];
  /** What several have: no slip of one's finger. */
  several: ReadonlySet<string>;
}
const NO_HABITS: DomainHabits = { usual: [], several: new Set() };
const SEVERAL = 3;
const MANY = 0.1;

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1).toLowerCase();

/** Usual is what at least three and a tenth of them have. */
export function domainHabits(addresses: Iterable<string | null | undefined>): DomainHabits {
  const counts = new Map<string, number>();
  let all = 0;
  for (const address of addresses) {
    if (!address?.includes('@')) continue;
    all++;
    counts.set(domainOf(address), (counts.get(domainOf(address)) ?? 0) + 1);
  }
  const several = [...counts].filter(([, count]) => count >= SEVERAL).sort(([, a], [, b]) => b - a);
  return {
    usual: several.filter(([, count]) => count >= all * MANY).map(([domain]) => domain),
    several: new Set(several.map(([domain]) => domain)),
  };
}

/** Letters to add, leave out, change or swap with their neighbour to get from one to the other. */
export function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const above = rows[i - 1] as number[];
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(
        (above[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (above[j - 1] as number) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (rows[i - 2]?.[j - 2] as number) + 1);
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] as number;
}

/** The nearest of `domains` that is at most so many slips away. */
function nearest(domain: string, domains: readonly string[], most: (one: string) => number): string | undefined {
  const near = domains
    .map((one) => ({ one, slips: editDistance(domain, one) }))
    .filter(({ one, slips }) => slips <= most(one));
  return near.sort((a, b) => a.slips - b.slips)[0]?.one;
}

/** `asha@gmial.com` → `asha@gmail.com`; null: it looks right, or like nothing known. */
export function likelyMeant(address: string, { usual, several }: DomainHabits = NO_HABITS): string | null {
  const at = address.lastIndexOf('@');
  const domain = domainOf(address);
  if (at < 1 || DOMAINS.includes(domain) || REAL.has(domain)) return null;
  // One slip from what everybody has is one, however many made it; a real domain may be near a short one: live.com, line.com.
  const meant =
    nearest(domain, DOMAINS, (one) => (several.has(domain) || one.length < 9 ? 1 : 2)) ??
    // Departments of a college are two letters apart: cse.…, ece.…
    (several.has(domain) ? undefined : nearest(domain, usual, () => 1));
  return meant === undefined ? null : `${address.slice(0, at)}@${meant}`;
}
