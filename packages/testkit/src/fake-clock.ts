import type { Clock, Timer } from '@manyline/kernel';

interface Entry {
  readonly dueMs: number;
  readonly callback: () => void;
}

/**
 * A clock that stands still until a test moves it. `advance` runs every timer that falls due, in order,
 * those armed meanwhile included; `step` moves the wall clock alone, as an administrator or NTP does.
 */
export class FakeClock implements Clock {
  #elapsedMs = 0;
  #epochMs: number;
  #entries: Entry[] = [];

  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#epochMs = startMs;
  }

  now(): number {
    return this.#epochMs + this.#elapsedMs;
  }

  after(delayMs: number, callback: () => void): Timer {
    const entry: Entry = { dueMs: this.#elapsedMs + Math.max(0, delayMs), callback };
    let index = this.#entries.length;
    while (index > 0 && this.#entries[index - 1]!.dueMs > entry.dueMs) index -= 1;
    this.#entries.splice(index, 0, entry);
    return { cancel: () => this.#remove(entry) };
  }

  #remove(entry: Entry): void {
    const index = this.#entries.indexOf(entry);
    if (index >= 0) this.#entries.splice(index, 1);
  }

  /** Lets `durationMs` pass. */
  advance(durationMs: number): void {
    const endMs = this.#elapsedMs + durationMs;
    for (let next = this.#entries[0]; next !== undefined && next.dueMs <= endMs; next = this.#entries[0]) {
      this.#entries.shift();
      this.#elapsedMs = next.dueMs;
      next.callback();
    }
    this.#elapsedMs = endMs;
  }

  /** Sets the wall clock forward or back; timers keep their delays. */
  step(deltaMs: number): void {
    this.#epochMs += deltaMs;
  }

  /** Timers that wait; 0 shows that nothing was left behind. */
  get pendingTimers(): number {
    return this.#entries.length;
  }
}
