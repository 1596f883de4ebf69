import { createHmac } from 'node:crypto';
import { bareId } from '../state/ids.ts';
import type { LedgerEvent } from '../state/ledger.ts';
import { type Random, seeded } from '../state/random.ts';
import { type Attempt, attempt } from './attempt.ts';
import type { WebhookConfig } from './config.ts';
import { type Delivery, isOver } from './delivery.ts';
import { DISABLE_AFTER_S, nextRetryMs } from './schedule.ts';
import { serialise } from './serialise.ts';

/** Deliveries at the same moment; more wait in line, and their five seconds start when they are sent. */
const AT_ONCE = 32;
/** Of those that are over only the latest are kept: a body is about two kilobytes. */
const KEEP_OVER = 100_000;

/** Sends every event to the webhook the way Razorpay does: signed, at least once, in no promised order. */
export class Deliverer {
  /** Since when the webhook has failed without a success, machine's milliseconds. */
  failingSince: number | null = null;
  disabledAt: number | null = null;
  readonly #config: WebhookConfig;
  readonly #accountId: string;
  readonly #deliveries: Delivery[] = [];
  readonly #timers = new Map<Delivery, NodeJS.Timeout>();
  readonly #line: Delivery[] = [];
  readonly #inFlight = new Map<Delivery, AbortController>();
  readonly #waiting = new Map<Delivery, (() => void)[]>();
  #disableTimer: NodeJS.Timeout | undefined;
  #random: Random = Math.random;
  #closed = false;

  constructor(config: WebhookConfig, accountId: string) {
    this.#config = { ...config };
    this.#accountId = accountId;
    this.#reseed();
  }

  get config(): Readonly<WebhookConfig> {
    return this.#config;
  }

  get inFlight(): number {
    return this.#inFlight.size + this.#line.length;
  }

  get scheduled(): number {
    return this.#timers.size;
  }

  /** Oldest first. */
  get deliveries(): readonly Delivery[] {
    return this.#deliveries;
  }

  /** Merges the change. Enabling forgives past failures, as the dashboard's switch does. */
  configure(change: Partial<WebhookConfig>): void {
    Object.assign(this.#config, change);
    if (change.seed !== undefined) this.#reseed();
    if (change.enabled === true) {
      this.disabledAt = null;
      this.#healthy();
    }
  }

  /** Serialises and signs at once, so the body is a snapshot and keeps the secret of its day. */
  send(event: LedgerEvent): void {
    if (this.#closed || this.#config.url === null) return;
    const { drop, duplicate, delay_ms, shuffle_ms } = this.#config;
    const body = serialise(event, this.#accountId);
    const secret = this.#config.use_secret ?? this.#config.secret;
    const facts = {
      event_id: bareId(),
      event: event.name,
      payment_id: event.payment?.id ?? null,
      body,
      signature: secret ? createHmac('sha256', secret).update(body).digest('hex') : null,
    };
    const dropped = this.#random() < drop;
    const copies = this.#random() < duplicate && !dropped ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const delivery: Delivery = {
        ...facts,
        duplicate: copy > 0,
        attempts: [],
        state: 'scheduled',
        reason: null,
        next_at: null,
      };
      this.#remember(delivery);
      if (!this.#config.enabled) this.#end(delivery, 'dropped', 'the webhook is disabled');
      else if (dropped) this.#end(delivery, 'dropped', 'dropped on purpose');
      else this.#schedule(delivery, delay_ms + this.#random() * shuffle_ms);
    }
  }

  /** Sends now what waits for its time; resolves to their number when each was tried once. */
  async flush(): Promise<number> {
    for (const [delivery, timer] of this.#timers) {
      clearTimeout(timer);
      this.#enqueue(delivery);
    }
    this.#timers.clear();
    this.#pump();
    const tried = [...this.#line, ...this.#inFlight.keys()];
    await Promise.all(tried.map((delivery) => this.#tried(delivery)));
    return tried.length;
  }

  /** Forgets every delivery; what is on its way is cut. */
  reset(config: WebhookConfig): void {
    this.#cut();
    Object.assign(this.#config, config);
    this.#deliveries.length = 0;
    this.disabledAt = null;
    this.#healthy();
    this.#reseed();
  }

  close(): void {
    this.#closed = true;
    this.#cut();
    this.#healthy();
  }

  #reseed(): void {
    this.#random = this.#config.seed === null ? Math.random : seeded(this.#config.seed);
  }

  #remember(delivery: Delivery): void {
    this.#deliveries.push(delivery);
    if (this.#deliveries.length <= KEEP_OVER * 1.1) return;
    const tooMany = this.#deliveries.length - KEEP_OVER;
    const kept = this.#deliveries.filter((old, index) => index >= tooMany || !isOver(old));
    this.#deliveries.splice(0, this.#deliveries.length, ...kept);
  }

  #schedule(delivery: Delivery, inMs: number): void {
    delivery.next_at = Date.now() + inMs;
    const due = () => {
      this.#timers.delete(delivery);
      this.#enqueue(delivery);
      this.#pump();
    };
    this.#timers.set(delivery, setTimeout(due, inMs));
  }

  #enqueue(delivery: Delivery): void {
    delivery.next_at = null;
    this.#line.push(delivery);
  }

  #pump(): void {
    while (this.#inFlight.size < AT_ONCE) {
      const delivery = this.#line.shift();
      if (delivery === undefined) return;
      void this.#try(delivery);
    }
  }

  async #try(delivery: Delivery): Promise<void> {
    const { url, enabled, answer_within_ms } = this.#config;
    if (url === null || !enabled) {
      this.#end(delivery, delivery.attempts.length === 0 ? 'dropped' : 'failed', 'the webhook is disabled');
      return;
    }
    const cancel = new AbortController();
    this.#inFlight.set(delivery, cancel);
    const { event_id: eventId, body, signature } = delivery;
    const result = await attempt({ url, eventId, body, signature }, answer_within_ms, cancel.signal);
    // Cut by a reset or the end: the delivery is nobody's any more.
    if (!this.#inFlight.delete(delivery)) return;
    delivery.attempts.push(result);
    this.#judge(delivery, result);
    this.#wake(delivery);
    this.#pump();
  }

  #judge(delivery: Delivery, { status = 0 }: Attempt): void {
    if (status >= 200 && status < 300) {
      this.#end(delivery, 'delivered', null);
      this.#healthy();
      return;
    }
    this.#failing();
    const sinceFirst = Date.now() - Date.parse(delivery.attempts[0]?.at ?? '');
    const retry = nextRetryMs(delivery.attempts.length, this.#config.retry_scale);
    if (retry === null) this.#end(delivery, 'failed', 'no further retries');
    else {
      delivery.state = 'retrying';
      this.#schedule(delivery, Math.max(0, retry - sinceFirst));
    }
  }

  #healthy(): void {
    this.failingSince = null;
    clearTimeout(this.#disableTimer);
  }

  #failing(): void {
    if (this.failingSince !== null) return;
    this.failingSince = Date.now();
    const disable = () => {
      this.disabledAt = Date.now();
      this.#config.enabled = false;
    };
    this.#disableTimer = setTimeout(disable, DISABLE_AFTER_S * 1000 * this.#config.retry_scale);
    this.#disableTimer.unref();
  }

  #end(delivery: Delivery, state: 'delivered' | 'failed' | 'dropped', reason: string | null): void {
    delivery.state = state;
    delivery.reason = reason;
    delivery.next_at = null;
    this.#wake(delivery);
  }

  #tried(delivery: Delivery): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.set(delivery, [...(this.#waiting.get(delivery) ?? []), resolve]);
    });
  }

  #wake(delivery: Delivery): void {
    for (const resolve of this.#waiting.get(delivery) ?? []) resolve();
    this.#waiting.delete(delivery);
  }

  #cut(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#line.length = 0;
    for (const cancel of this.#inFlight.values()) cancel.abort();
    this.#inFlight.clear();
    for (const delivery of [...this.#waiting.keys()]) this.#wake(delivery);
  }
}
