import type { Clock, Timer } from '@manyline/kernel';

export interface Expiring {
  /** The time is over; must not throw. */
  expire(): void;
}

/** A duration is kept to within this part of it. */
const TICKS = 32;

/**
 * Lets many things expire after the same duration with one timer for all of them: they wait in order in buckets, one
 * for each tick of a 32nd of the duration. An entry expires after at least the duration and at most one tick later.
 * Nothing can be taken out. The wall clock is not asked, so setting it changes nothing.
 */
export class ExpiryQueue {
  readonly #clock: Clock;
  readonly #tickMs: number;
  /** The oldest bucket first; entries are added to the last one. */
  readonly #buckets: Expiring[][] = [];
  #size = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock, durationMs: number) {
    this.#clock = clock;
    this.#tickMs = durationMs / TICKS;
  }

  get size(): number {
    return this.#size;
  }

  add(entry: Expiring): void {
    if (this.#timer === undefined) {
      this.#buckets.push([]);
      this.#startTick();
    }
    this.#buckets[this.#buckets.length - 1]!.push(entry);
    this.#size += 1;
  }

  #startTick(): void {
    this.#timer = this.#clock.after(this.#tickMs, () => this.#tick());
  }

  #tick(): void {
    this.#buckets.push([]);
    this.#startTick();
    if (this.#buckets.length <= TICKS + 1) return;
    const expired = this.#buckets.shift()!;
    this.#size -= expired.length;
    for (const entry of expired) entry.expire();
    if (this.#size === 0) this.close();
  }

  /** Forgets what waits, without letting it expire; the queue can be used again. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#buckets.length = 0;
    this.#size = 0;
  }
}
