import type { Clock } from '@manyline/kernel';

export interface PortPoolOptions {
  readonly clock: Clock;
  /** RTP_PORT_MIN and RTP_PORT_MAX, both usable. */
  readonly min: number;
  readonly max: number;
  /** Of several pools over one range this is number `index` (from 0) of `count`. */
  readonly share?: { readonly index: number; readonly count: number };
  /** 0 ≤ value < 1. */
  readonly random?: () => number;
}

/** How long a port that carried packets rests: late packets of the old call must not meet a new one. */
const QUARANTINE_MS = 30_000;
/**
 * Deviation: a port on which no packet ever came rests only this long, because its old peer is not sending;
 * else short unanswered calls at a high rate would use up the range.
 */
const UNUSED_QUARANTINE_MS = 2_000;

/** The even RTP ports of a range, each with the odd one above it for RTCP (RFC 3550 §11), handed out at random. */
export class PortPool {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #free: number[] = [];
  /** Both in the order in which they become free. */
  readonly #resting = new RestQueue();
  readonly #restingUnused = new RestQueue();
  readonly size: number;

  constructor({ clock, min, max, share = { index: 0, count: 1 }, random = Math.random }: PortPoolOptions) {
    this.#clock = clock;
    this.#random = random;
    for (let port = min + (min % 2); port + 1 <= max; port += 2) {
      if ((port / 2) % share.count === share.index) this.#free.push(port);
    }
    this.size = this.#free.length;
  }

  /** Pairs that could be taken now. */
  get available(): number {
    this.#endQuarantines();
    return this.#free.length;
  }

  /** An even port, or undefined when all are in use or in quarantine. */
  take(): number | undefined {
    this.#endQuarantines();
    const last = this.#free.length - 1;
    if (last < 0) return undefined;
    const index = Math.floor(this.#random() * (last + 1));
    const port = this.#free[index]!;
    this.#free[index] = this.#free[last]!;
    this.#free.pop();
    return port;
  }

  /** Returns a port that `take` gave; `used` tells whether any packet came in on it or on its RTCP port. */
  giveBack(port: number, used: boolean): void {
    const now = this.#clock.now();
    if (used) this.#resting.add(port, now + QUARANTINE_MS);
    else this.#restingUnused.add(port, now + UNUSED_QUARANTINE_MS);
  }

  #endQuarantines(): void {
    const now = this.#clock.now();
    this.#resting.drain(now, this.#free);
    this.#restingUnused.drain(now, this.#free);
  }
}

/** A queue of ports by the time they become free; times must not fall. */
class RestQueue {
  #entries: { readonly port: number; readonly dueMs: number }[] = [];
  #head = 0;

  add(port: number, dueMs: number): void {
    this.#entries.push({ port, dueMs });
  }

  drain(nowMs: number, into: number[]): void {
    while (this.#head < this.#entries.length && this.#entries[this.#head]!.dueMs <= nowMs) {
      into.push(this.#entries[this.#head]!.port);
      this.#head += 1;
    }
    if (this.#head > 1024 && this.#head * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
  }
}
