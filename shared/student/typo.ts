/** An address that is most likely mistyped: its domain is nearly one that everybody has. Pure. */

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
const REAL = new Set(['mail.com', 'email.com', 'ymail.com', 'gmx.com', 'me.com', 'aol.com', 'live.in', 'outlook.in']);

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

/** `asha@gmial.com` → `asha@gmail.com`; null: it looks right, or like nothing known. */
export function likelyMeant(address: string): string | null {
  const at = address.lastIndexOf('@');
  const [name, domain] = [address.slice(0, at), address.slice(at + 1).toLowerCase()];
  if (at < 1 || DOMAINS.includes(domain) || REAL.has(domain)) return null;
  // A real domain may be near a short one: live.com and line.com.
  const near = DOMAINS.filter((one) => editDistance(domain, one) <= (one.length < 9 ? 1 : 2));
  const [best] = near.sort((a, b) => editDistance(domain, a) - editDistance(domain, b));
  return best === undefined ? null : `${name}@${best}`;
}
