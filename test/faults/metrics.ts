/** What an ops port measures, for tests that assert what an operator would see. */

/** The sum of the series of this name whose labels hold these texts, such as `answer="429"`; 0 where there is none. */
export async function measured(opsPort: number, name: string, ...labels: string[]): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${opsPort}/metrics`)).text();
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) && labels.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
