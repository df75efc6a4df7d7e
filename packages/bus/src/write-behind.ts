import type { Clock, Logger, Timer } from '@manyline/kernel';

/** Writes wait at most this long for company, unless they may wait longer. */
const COLLECT_MS = 20;
/** After a failure the next attempt waits this long. */
const RETRY_MS = 1000;

/**
 * Collects changes by key, the last one of a key winning, and writes them together.
 * A failed write is kept and tried again, unless a newer change of the same key has arrived;
 * so it never holds more than one change a key.
 */
export class WriteBehind<Change> {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #write: (changes: Change[]) => Promise<void>;
  #pending = new Map<string, Change>();
  #timer: Timer | undefined;
  /** What the timer was set to; 0 keeps it from being replaced by a shorter one, after a failure. */
  #timerMs = 0;
  #writing: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(clock: Clock, logger: Logger, write: (changes: Change[]) => Promise<void>) {
    this.#clock = clock;
    this.#logger = logger;
    this.#write = write;
  }

  /** Changes that are not yet written. */
  get size(): number {
    return this.#pending.size;
  }

  /** Takes a change that is written within `delayMs`; never fails. */
  enqueue(key: string, change: Change, delayMs = COLLECT_MS): void {
    this.#pending.set(key, change);
    this.#arm(delayMs);
  }

  /** Writes everything now. Rejects when that fails; the changes stay and are tried again. */
  flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    const flushed = this.#writing.then(() => this.#writePending());
    this.#writing = flushed.catch(() => {});
    return flushed;
  }

  /** Writes what is left, once; what cannot be written is given up. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.flush().catch(() => {});
    this.#timer?.cancel();
  }

  async #writePending(): Promise<void> {
    if (this.#pending.size === 0) return;
    const batch = this.#pending;
    this.#pending = new Map();
    try {
      await this.#write([...batch.values()]);
    } catch (error) {
      for (const [key, change] of this.#pending) batch.set(key, change);
      this.#pending = batch;
      this.#armRetry();
      throw error;
    }
  }

  /** A shorter wait replaces a longer one. */
  #arm(delayMs: number): void {
    if (this.#timer !== undefined && this.#timerMs <= delayMs) return;
    this.#start(delayMs);
  }

  /** Fresh changes do not hurry a retry, else an outage would be met with an attempt every 20 ms. */
  #armRetry(): void {
    if (this.#timer !== undefined) return;
    this.#start(RETRY_MS);
    this.#timerMs = 0;
  }

  #start(delayMs: number): void {
    this.#timer?.cancel();
    if (this.#closed) return;
    this.#timerMs = delayMs;
    this.#timer = this.#clock.after(delayMs, () => {
      this.#timer = undefined;
      this.flush().catch((error) => {
        this.#logger.debug({ reason: String(error), pending: this.#pending.size }, 'a write waits for Redis');
      });
    });
  }
}
