import type { Clock, Timer } from '@manyline/kernel';

/** A retransmission timer that doubles its interval from T1 (timers A, E and G of RFC 3261 §17). */
export class Retransmission {
  readonly #clock: Clock;
  readonly #fire: () => void;
  #intervalMs: number;
  #timer: Timer;

  constructor(clock: Clock, T1: number, fire: () => void) {
    this.#clock = clock;
    this.#fire = fire;
    this.#intervalMs = T1;
    this.#timer = clock.after(T1, fire);
  }

  /** Starts the next interval: twice the last one, at most `maximumMs`. */
  double(maximumMs: number): void {
    this.restart(Math.min(this.#intervalMs * 2, maximumMs));
  }

  restart(intervalMs: number): void {
    this.#timer.cancel();
    this.#intervalMs = intervalMs;
    this.#timer = this.#clock.after(intervalMs, this.#fire);
  }

  stop(): void {
    this.#timer.cancel();
  }
}
