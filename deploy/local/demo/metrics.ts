/** What Prometheus would scrape. */

/** The sum of a metric over all its labels; null if it is not there. */
export async function metric(opsUrl: string, name: string): Promise<number | null> {
  const text = await (await fetch(`${opsUrl}/metrics`)).text();
  const samples = text
    .split('\n')
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    .map((line) => Number(line.slice(line.lastIndexOf(' ') + 1)));
  return samples.length === 0 ? null : samples.reduce((sum, value) => sum + value, 0);
}
