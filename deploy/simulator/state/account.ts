import { type CallsMeant, type Faults, NO_FAULTS, PageFaults, RateLimit } from '../faults.ts';
import type { WebhookConfig } from '../webhooks/config.ts';
import { Deliverer } from '../webhooks/deliver.ts';
import type { Books } from './books.ts';
import { Calls } from './calls.ts';
import { Clock } from './clock.ts';
import { accountIdOf } from './ids.ts';
import { Ledger, type LedgerEvent } from './ledger.ts';
import { type Random, seeded } from './random.ts';

/** One simulated Razorpay account: its books, its webhook, and what is wrong with its API. */
export class Account {
  readonly accountId: string;
  readonly clock: Clock;
  readonly deliverer: Deliverer;
  readonly faults: Faults = { ...NO_FAULTS };
  ledger: Ledger;
  calls = new Calls();
  pageFaults = new PageFaults();
  rateLimit = new RateLimit();
  /** How many calls came by that the rates may mean. */
  readonly callsMeant = new WeakMap<CallsMeant, number>();
  /** While set, changes of the books send nothing. */
  quiet = false;
  random: Random = Math.random;
  readonly #firstWebhook: WebhookConfig;
  readonly #books: Books | undefined;

  /** `books`: what is in them is known from the start, and what happens is written down. */
  constructor(keyId: string, webhook: WebhookConfig, now?: () => number, books?: Books) {
    this.#books = books;
    this.accountId = accountIdOf(keyId);
    this.#firstWebhook = webhook;
    this.clock = new Clock(now);
    this.deliverer = new Deliverer(webhook, this.accountId);
    this.ledger = this.#emptyBooks();
    this.#books?.restore(this.ledger as unknown as Parameters<Books['restore']>[0]);
  }

  setFaults(change: Partial<Faults>): void {
    Object.assign(this.faults, change);
    this.clock.skewSeconds = this.faults.clock_skew_s;
    if (change.seed !== undefined) this.random = change.seed === null ? Math.random : seeded(change.seed);
  }

  /** Empty books, no faults, no deliveries, the webhook as at the start. */
  reset(): void {
    this.setFaults(NO_FAULTS);
    this.deliverer.reset(this.#firstWebhook);
    this.#books?.clear();
    this.ledger = this.#emptyBooks();
    this.calls = new Calls();
    this.pageFaults = new PageFaults();
    this.rateLimit = new RateLimit();
  }

  /** Does something to the books without sending events. */
  quietly<T>(change: () => T): T {
    this.quiet = true;
    try {
      return change();
    } finally {
      this.quiet = false;
    }
  }

  #emptyBooks(): Ledger {
    const announce = (event: LedgerEvent) => {
      if (!this.quiet) this.deliverer.send(event);
    };
    return new Ledger(this.clock, announce, this.#books);
  }
}
