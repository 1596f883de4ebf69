/** What `ONLY=…` names. Pure. */

/** @param only names, comma separated; empty: all. @throws Error that says which there are */
export function chosen<T extends { name: string }>(only: string, all: readonly T[]): T[] {
  const names = only
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  const unknown = names.filter((name) => !all.some((one) => one.name === name));
  if (unknown.length > 0)
    throw new Error(`there is no ${unknown.join(', ')}; there are ${all.map(({ name }) => name).join(', ')}`);
  return all.filter(({ name }) => names.length === 0 || names.includes(name));
}
