/**
 * Failure points, injected at the seams: before and after every write to the store, every publish, request, answer and
 * ack. Whoever goes through a seam is counted, so a write that is new tomorrow is a point by itself. Only what has an
 * effect is one: a poll that finds nothing changes nothing by dying there.
 */
import { writeSync } from 'node:fs';
import type { Bus } from '../../shared/bus/index.ts';
import type { Store } from '../../shared/store/index.ts';

export interface Point {
  /** Which step: `attendees.insertOne`, `bus.ack`. */
  label: string;
  /** The how-manieth of its kind since arming, from 1. */
  nth: number;
  when: 'before' | 'after';
}

export interface FailurePoints {
  /** From now on counts anew; dies at `point`, if there is one. */
  arm(point: Point | null): void;
  /** The labels of the steps since arming, in order. */
  steps(): string[];
  /** The collections of all writes ever: the driver must not have sent more write commands than these. */
  writes(): string[];
  watchStore(store: Store): void;
  watchBus(bus: Bus): Bus;
}

/** How long an ack or an answer takes to leave the process once it was handed to the client. */
const HANDED_OVER_MS = 25;

const WRITING = [
  'insertOne',
  'insertMany',
  'updateOne',
  'updateMany',
  'replaceOne',
  'deleteOne',
  'deleteMany',
  'bulkWrite',
  'findOneAndUpdate',
  'findOneAndReplace',
  'findOneAndDelete',
] as const;

type Method = (...args: unknown[]) => Promise<unknown>;
type Native = Record<string, Method> & { name: string };

const withoutIds = (field: string) => field.replace(/\b([a-z]+)_[A-Za-z0-9]{14}\b/g, '$1_…');

/** What an update is about, in a few words: that it may insert, or the first of its fields; and the state it sets. */
function about(method: string, update: unknown): string {
  if (method.startsWith('insert') || method.startsWith('delete')) return '';
  if (Array.isArray(update)) return ' join';
  const operators = (update ?? {}) as Record<string, Record<string, unknown>>;
  const parts = Object.values(operators);
  const set = parts.flatMap((part) => Object.keys(part)).map(withoutIds);
  const fields = operators.$setOnInsert ? ['new'] : [...new Set(set)];
  const state = parts.map((part) => part.state).find((value) => typeof value === 'string');
  return ` ${fields.slice(0, 4).join(',')}${state === undefined ? '' : ` state=${state}`}`;
}

function hadEffect(method: string, result: unknown): boolean {
  if (method.startsWith('findOneAnd')) return result !== null;
  const { matchedCount, upsertedCount, deletedCount } = (result ?? {}) as Record<string, number | undefined>;
  if (matchedCount !== undefined) return matchedCount + (upsertedCount ?? 0) > 0;
  return deletedCount === undefined || deletedCount > 0;
}

/** Says where it dies, in a way that nothing can delay, and dies as by `kill -9`. */
function die({ label, nth, when }: Point): void {
  writeSync(1, `died ${when} ${label} #${nth}\n`);
  process.kill(process.pid, 'SIGKILL');
}

export function failurePoints(): FailurePoints {
  let armed: Point | null = null;
  let steps: string[] = [];
  const writes: string[] = [];
  const count = (label: string) => steps.filter((one) => one === label).length;
  const isNext = (label: string, when: Point['when'], nth: number) =>
    armed?.label === label && armed.when === when && armed.nth === nth;

  async function step<T>(
    label: string,
    work: () => Promise<T>,
    willMatter: () => Promise<boolean> = async () => true,
    matters: (result: T) => boolean = () => true,
  ): Promise<T> {
    if (armed && isNext(label, 'before', count(label) + 1) && (await willMatter())) die(armed);
    const result = await work();
    if (!matters(result)) return result;
    steps.push(label);
    if (armed && isNext(label, 'after', count(label))) die(armed);
    return result;
  }

  /** What the client sends by itself soon after it was told to: before is before telling it. */
  function handOver(label: string): void {
    if (armed && isNext(label, 'before', count(label) + 1)) die(armed);
    steps.push(label);
    const point = armed;
    if (point && isNext(label, 'after', count(label))) setTimeout(() => die(point), HANDED_OVER_MS);
  }

  function watchCollection(collection: Native): void {
    const find = (collection.findOne as Method).bind(collection);
    for (const method of WRITING) {
      const original = (collection[method] as Method).bind(collection);
      collection[method] = (...args) => {
        writes.push(collection.name);
        const [filter, update, options] = args as [object, unknown, { upsert?: boolean } | undefined];
        const willMatter = async () => method.startsWith('insert') || options?.upsert || (await find(filter)) !== null;
        return step(
          `${collection.name}.${method}${about(method, update)}`,
          () => original(...args),
          async () => Boolean(await willMatter()),
          (result) => hadEffect(method, result),
        );
      };
    }
  }

  return {
    arm(point) {
      armed = point;
      steps = [];
    },
    steps: () => steps,
    writes: () => writes,
    watchStore({ connection }) {
      for (const model of Object.values(connection.models)) watchCollection(model.collection as unknown as Native);
    },
    watchBus: (bus) => ({
      ...bus,
      publish: (...message) => step(`bus.publish ${message[0]}`, () => bus.publish(...message)),
      request: (subject, body, options) => step(`bus.request ${subject}`, () => bus.request(subject, body, options)),
      serve: (subject, handler) =>
        bus.serve(subject, async (body, correlationId) => {
          const answer = await handler(body, correlationId);
          handOver(`bus.answer ${subject}`);
          return answer;
        }),
      consume: (consumption) =>
        bus.consume({
          ...consumption,
          async handle(message) {
            const verdict = await consumption.handle(message);
            handOver(verdict === 'ack' ? 'bus.ack' : 'bus.nak');
            return verdict;
          },
        }),
    }),
  };
}
