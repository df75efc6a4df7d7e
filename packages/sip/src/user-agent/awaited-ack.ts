import type { Clock, Timer } from '@manyline/kernel';
import { defaultTimerValues } from '../transaction/timer-values.ts';

const { T1, T2 } = defaultTimerValues;

/**
 * Repeats a 2xx to an INVITE until its ACK arrives (RFC 3261 §13.3.1.4): the interval starts at T1 and doubles up to T2,
 * over every transport; after 64*T1 `onTimeout` is called.
 */
export class AwaitedAck {
  readonly #clock: Clock;
  readonly #resend: () => void;
  #intervalMs = T1;
  #resendTimer: Timer;
  readonly #deadline: Timer;

  constructor(clock: Clock, resend: () => void, onTimeout: () => void) {
    this.#clock = clock;
    this.#resend = resend;
    this.#resendTimer = clock.after(T1, () => this.#repeat());
    this.#deadline = clock.after(64 * T1, () => {
      this.close();
      onTimeout();
    });
  }

  #repeat(): void {
    this.#resend();
    this.#intervalMs = Math.min(this.#intervalMs * 2, T2);
    this.#resendTimer = this.#clock.after(this.#intervalMs, () => this.#repeat());
  }

  /** Stops the repetition; idempotent. */
  close(): void {
    this.#resendTimer.cancel();
    this.#deadline.cancel();
  }
}
