/** How long personal data is kept, as ticketing said when it last looked for what is due: what really holds, not what a page believes. */
import type { Store } from '../../../shared/store/index.ts';

/** Days after an event; null: never erased by schedule; undefined: ticketing has not said yet. */
export async function retentionDays({ bindings }: Pick<Store, 'bindings'>): Promise<number | null | undefined> {
  const said = await bindings.findById('retention', { days: 1 }).lean();
  return said ? (said.days ?? null) : undefined;
}

/** What to put beside the form, or into its notes or description, where a student gives the details. Pure. */
export function consentLine(event: string, days: number | null | undefined, url: string | undefined): string {
  const until = days ? `are erased ${days} days after it` : 'are kept until you ask the organisers to erase them';
  const more = url === undefined ? '' : ` More: ${url.replace(/\/$/, '')}/privacy`;
  return `Your details are used for your ticket to ${event} and at its door, are shown to its organisers only, and ${until}.${more}`;
}
