/** A running timer; `cancel` is idempotent. */
export interface Timer {
  cancel(): void;
}

/**
 * The only source of time for protocol code. Machines take a Clock as an argument,
 * so that tests run them faster than real time.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Calls `callback` once after `delayMs`; delays beyond 2^31-1 ms do not fire early. */
  after(delayMs: number, callback: () => void): Timer;
}

/** The longest delay that Node's timers accept; a longer one would fire at once. */
const LONGEST_DELAY_MS = 2_147_483_647;

class SystemTimer implements Timer {
  #handle: ReturnType<typeof setTimeout>;

  constructor(delayMs: number, callback: () => void) {
    this.#handle = this.#arm(delayMs, callback);
  }

  #arm(delayMs: number, callback: () => void): ReturnType<typeof setTimeout> {
    if (delayMs <= LONGEST_DELAY_MS) return setTimeout(callback, delayMs);
    return setTimeout(() => {
      this.#handle = this.#arm(delayMs - LONGEST_DELAY_MS, callback);
    }, LONGEST_DELAY_MS);
  }

  cancel(): void {
    clearTimeout(this.#handle);
  }
}

/** The real clock of the process. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (delayMs, callback) => new SystemTimer(delayMs, callback),
};
