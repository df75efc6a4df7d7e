import type { Clock } from '@manyline/kernel';
import type { Expiring, ExpiryQueue } from './expiry-queue.ts';
import type { TimerValues } from './timer-values.ts';

/** What the layer lends to each of its transactions. */
export interface TransactionContext {
  readonly clock: Clock;
  readonly timers: TimerValues;
  /** For timers D, J, L and M. */
  readonly after64T1: ExpiryQueue;
  /** For timers I and K. */
  readonly afterT4: ExpiryQueue;
  /** Calls into the user; what it throws is logged. */
  guard(where: string, callback: () => void): void;
}

/** Ends `entry` after the queue's time, or at once over a reliable transport, where nothing is retransmitted. */
export function linger(queue: ExpiryQueue, entry: Expiring, reliable: boolean): void {
  if (reliable) entry.expire();
  else queue.add(entry);
}
