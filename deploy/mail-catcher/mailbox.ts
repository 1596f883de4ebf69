// Every mail that was accepted, newest last, in memory: deflated source and headers; bodies are read when opened.
import { EventEmitter, on } from 'node:events';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { type CaughtMail, type Envelope, type MailSummary, readBody, readHeaders } from './message.ts';

/** No mail that fits came in time; the message lists what did come. */
export class MailTimeoutError extends Error {
  override readonly name = 'MailTimeoutError';
}

/** The catcher was closed while somebody waited for a mail. */
export class MailCatcherClosedError extends Error {
  override readonly name = 'MailCatcherClosedError';
}

export interface MailFilter {
  /** An address in the `To` header or the envelope, compared without case. */
  to?: string | undefined;
  /** Part of the subject, compared without case. */
  subject?: string | undefined;
  messageId?: string | undefined;
  /** Part of the subject or of any address. */
  anywhere?: string | undefined;
}

/** @param held how many mails the catcher holds by then */
export type MailPredicate = (mail: CaughtMail, held: number) => boolean;

interface Kept {
  summary: MailSummary;
  deflated: Buffer;
}

/** Opened bodies kept for the next reader; a ticket mail's is about 15 kB. */
const OPENED_KEPT = 256;

export class Mailbox {
  readonly #kept = new Map<string, Kept>();
  readonly #opened = new Map<string, Promise<CaughtMail>>();
  readonly #events = new EventEmitter().setMaxListeners(0);
  readonly #limit: number;
  #lastId = 0;
  #closed = false;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** Keeps a mail; the oldest goes once there are more than the limit. */
  async add(raw: Buffer, envelope: Envelope): Promise<void> {
    const headers = await readHeaders(raw);
    this.#lastId += 1;
    const id = String(this.#lastId);
    const summary = { id, ...headers, envelope, receivedAt: new Date().toISOString(), size: raw.length };
    this.#kept.set(id, { summary, deflated: deflateRawSync(raw, { level: 1 }) });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > this.#limit && oldest !== undefined) this.#forget(oldest);
    this.#events.emit('mail', id);
    this.#events.emit('change');
  }

  /** The summaries that fit, newest first. */
  list(filter: MailFilter = {}): MailSummary[] {
    const fits = matcher(filter);
    return Array.from(this.#kept.values(), ({ summary }) => summary)
      .filter(fits)
      .reverse();
  }

  /** One mail with its body, or null when it is unknown. */
  open(id: string): Promise<CaughtMail> | null {
    const kept = this.#kept.get(id);
    if (kept === undefined) return null;
    const opened =
      this.#opened.get(id) ?? readBody(inflateRawSync(kept.deflated)).then((body) => ({ ...kept.summary, ...body }));
    // Set anew, so that the map's order is the order of use and its first entry the one to forget.
    this.#opened.delete(id);
    this.#opened.set(id, opened);
    const [stalest] = this.#opened.keys();
    if (this.#opened.size > OPENED_KEPT && stalest !== undefined) this.#opened.delete(stalest);
    return opened;
  }

  /** The bytes as they came over SMTP, or null when the mail is unknown. */
  source(id: string): Buffer | null {
    const kept = this.#kept.get(id);
    return kept === undefined ? null : inflateRawSync(kept.deflated);
  }

  /**
   * The first mail that fits, among those held (newest first) and those to come.
   * @throws MailTimeoutError after `timeoutMs`, MailCatcherClosedError when closed meanwhile
   */
  async waitFor(predicate: MailPredicate, timeoutMs: number): Promise<CaughtMail> {
    if (this.#closed) throw new MailCatcherClosedError('the mail catcher is closed');
    const signal = AbortSignal.timeout(timeoutMs);
    // Listening starts before the look at what is there: no mail can slip in between.
    const arrivals = on(this.#events, 'mail', { signal, close: ['closed'] });
    try {
      for (const { id } of this.list()) {
        const mail = await this.open(id);
        if (mail !== null && predicate(mail, this.size)) return mail;
      }
      for await (const [id] of arrivals) {
        const mail = await this.open(id);
        if (mail !== null && predicate(mail, this.size)) return mail;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
      throw new MailTimeoutError(`no mail that fits within ${timeoutMs} ms; ${this.#describe()}`, { cause: error });
    } finally {
      await arrivals.return?.();
    }
    throw new MailCatcherClosedError('the mail catcher was closed while a mail was awaited');
  }

  clear(): void {
    this.#kept.clear();
    this.#opened.clear();
    this.#events.emit('change');
  }

  /** Calls back after every arrival and clearing. */
  onChange(listener: () => void): void {
    this.#events.on('change', listener);
  }

  close(): void {
    this.#closed = true;
    this.#events.emit('closed');
  }

  #forget(id: string): void {
    this.#kept.delete(id);
    this.#opened.delete(id);
  }

  #describe(): string {
    const latest = this.list()
      .slice(0, 5)
      .map(({ to, subject }) => `"${subject}" to ${to.join(', ')}`);
    return latest.length === 0 ? 'none came at all' : `${this.size} held, the latest: ${latest.join('; ')}`;
  }
}

function matcher({ to, subject, messageId, anywhere }: MailFilter): (mail: MailSummary) => boolean {
  const same = (wanted: string) => (value: string) => value.toLowerCase() === wanted.toLowerCase();
  const within = (wanted: string) => (value: string) => value.toLowerCase().includes(wanted.toLowerCase());
  return (mail) => {
    const recipients = [...mail.to, ...mail.envelope.to];
    return (
      (to === undefined || recipients.some(same(to))) &&
      (subject === undefined || within(subject)(mail.subject)) &&
      (messageId === undefined || mail.messageId === messageId) &&
      (anywhere === undefined || [mail.subject, mail.from, mail.fromName, ...recipients].some(within(anywhere)))
    );
  };
}
