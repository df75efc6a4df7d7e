/** From this many packets a second it pays to let datagrams gather for a millisecond. */
const BUSY_PACKETS_PER_SECOND = 2_000;
const WINDOW_MS = 100;
const NAP_MS = 1;

/**
 * Batching under load: after a round of datagrams the thread sleeps for up to 1 ms, so that one wake-up of the event
 * loop finds many sockets ready. Costs up to 1 ms of delay; an idle thread never naps.
 */
export class LoadGauge {
  readonly #never = new Int32Array(new SharedArrayBuffer(4));
  #windowStartMs = 0;
  #packets = 0;
  #busy = false;

  /** Notes packets handled by `nowMs`, a monotonic time. */
  add(packets: number, nowMs: number): void {
    this.#packets += packets;
    const elapsedMs = nowMs - this.#windowStartMs;
    if (elapsedMs < WINDOW_MS) return;
    this.#busy = (this.#packets * 1000) / elapsedMs >= BUSY_PACKETS_PER_SECOND;
    this.#packets = 0;
    this.#windowStartMs = nowMs;
  }

  get busy(): boolean {
    return this.#busy;
  }

  nap(): void {
    Atomics.wait(this.#never, 0, 0, NAP_MS);
  }
}
