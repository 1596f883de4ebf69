/** A phone at a door: the scanner's engine as it is, before a real gateway, with a network that can go away at any moment. */
import type { Role } from '../../../shared/store/documents.ts';
import { createApi } from '../console/public/scan/api.js';
import { createDoor, type Memory } from '../console/public/scan/door.js';
import { pickEd25519 } from '../console/public/scan/ed25519.js';
import type { TestGate } from './gate.ts';

/** What IndexedDB keeps, over the end of the page. */
export function phoneMemory(): Memory {
  const stores = new Map<string, Map<unknown, unknown>>();
  const store = (name: string) => {
    const found = stores.get(name) ?? new Map();
    stores.set(name, found);
    return found;
  };
  const key = (value: { nonce?: string; ticket?: string }, given: unknown) => given ?? value.nonce ?? value.ticket;
  return {
    get: async (name, at) => structuredClone(store(name).get(at)),
    put: async (name, value, given) => void store(name).set(key(value, given), structuredClone(value)),
    remove: async (name, at) => void store(name).delete(at),
    all: async (name) => structuredClone([...store(name).values()]),
  };
}

export type Network = 'up' | 'down' | 'answers lost' | 'signed out' | 'no upload' | 'no whole list';

const isWholeList = (path: string) => path.endsWith('/offline');
const fails = (is: Network, path: string) =>
  is === 'down' ||
  (is === 'no upload' && path === '/api/checkin/upload') ||
  (is === 'no whole list' && isWholeList(path));

/** Opens phones at this gate. */
export const phoneAt = (atGate: () => TestGate) =>
  async function phone(
    name: string | null = 'North',
    memory = phoneMemory(),
    eventId = 1,
    { is = 'up' as Network, ahead = 0 } = {},
  ) {
    const gate = atGate();
    const network = {
      is,
      who: 'staff' as Role,
      /** How often the whole list was asked for. */
      whole: 0,
      /** What happens between a whole list being made and its arrival. */
      onTheWay: async () => {},
    };
    let aheadBy = ahead;
    const ask = (async (path: string, init: RequestInit) => {
      if (isWholeList(path)) network.whole++;
      if (fails(network.is, path)) throw new TypeError('fetch failed');
      if (network.is === 'signed out') return Response.json({ detail: 'sign in' }, { status: 401 });
      const username = network.who === 'admin' ? 'admin' : `the-${network.who}`;
      if (path === '/scan/session') return Response.json({ username, csrf: 'x', events: [{ id: 1 }] });
      const headers = { ...init.headers, Authorization: `Bearer ${await gate.token(network.who)}` };
      const answer = await fetch(gate.url + path, { ...init, headers });
      if (network.is === 'answers lost') throw new TypeError('fetch failed');
      if (isWholeList(path)) await network.onTheWay();
      return answer;
    }) as typeof fetch;
    const { verify } = await pickEd25519(crypto.subtle, () => Promise.reject(new Error('Node has Ed25519')));
    const door = createDoor({ api: createApi(ask), memory, verify, now: () => Date.now() + aheadBy });
    await door.wake();
    await door.choose(eventId, name);
    const go = async (is: Network) => {
      network.is = is;
      await door.sync();
    };
    const scan = async (token: string) => {
      const { good, reason, offline, title, text, name: who } = await door.admit({ token });
      return { good, reason, offline, title, text, name: who };
    };
    const passes = (ms: number) => {
      aheadBy += ms;
    };
    return { door, go, scan, memory, network, passes };
  };
