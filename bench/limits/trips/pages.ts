/** The pages of a list of payments: one call and one store query each, one after the other. */
import { Agent, get } from 'node:http';
import type { BareStore } from '../../process/bare-store.ts';

export interface PagesAt {
  apiUrl: string;
  /** `user:password` */
  auth: string;
}

/** Of creation time, both inclusive, s. */
export interface Stretch {
  from: number;
  to: number;
}

const PAGE = 100;
const DIGESTS = { projection: { 'payment.version': 1, 'payment.digest': 1 } };

export interface ListedPage {
  items: { id: string; [field: string]: unknown }[];
  /** How many of these the store has. */
  stored: number;
}

export function pageTrips({ collection }: BareStore, { apiUrl, auth }: PagesAt) {
  const agent = new Agent({ keepAlive: true });
  const payments = collection('payments');

  const fetchPage = ({ from, to }: Stretch, skip: number): Promise<Pick<ListedPage, 'items'>> =>
    new Promise((resolve, reject) => {
      const url = `${apiUrl}/v1/payments?from=${from}&to=${to}&count=${PAGE}&skip=${skip}`;
      const request = get(url, { agent, auth }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.once('error', reject);
        answer.once('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
      });
      request.once('error', reject);
    });

  /** @param count pages */
  return async function* pages(stretch: Stretch, count: number): AsyncGenerator<ListedPage> {
    for (let page = 0; page < count; page++) {
      const { items } = await fetchPage(stretch, page * PAGE);
      const ids = items.map(({ id }) => id);
      const stored = await payments.find({ _id: { $in: ids } }, DIGESTS).toArray();
      yield { items, stored: stored.length };
    }
  };
}
