import type { Clock } from '@manyline/kernel';
import type { SipRequest, SipResponse } from '../message/index.ts';
import type { Flow } from '../transport/index.ts';
import type { Expiring, ExpiryQueue } from './expiry-queue.ts';
import type { TimerValues } from './timer-values.ts';
import type { WaitingClients } from './waiting-clients.ts';

/** What stands under the key of a server transaction: the transaction, or what is left of it. */
export interface ServerEntry {
  receive(request: SipRequest, flow: Flow): void;
  /** Stops every timer; nobody is told. */
  abandon(): void;
}

/** What stands under the key of a client transaction. */
export interface ClientEntry {
  readonly flow: Flow;
  receive(response: SipResponse): void;
  /** The flow is gone or refuses to send. */
  flowFailed(): void;
  /** Stops every timer; nobody is told. */
  abandon(): void;
}

/** What the layer lends to each of its transactions. */
export interface TransactionContext {
  readonly clock: Clock;
  readonly timers: TimerValues;
  /** For timers D, J, L and M. */
  readonly after64T1: ExpiryQueue;
  /** For timers I and K. */
  readonly afterT4: ExpiryQueue;
  readonly servers: Map<string, ServerEntry>;
  readonly clients: Map<string, ClientEntry>;
  /** Clients that still wait for a response, by the id of their flow. */
  readonly waiting: WaitingClients;
  /** An ACK that arrived in the Accepted state (RFC 6026 §7.1). */
  passAckToUser(ack: SipRequest, flow: Flow): void;
  /** Sends a CANCEL in a transaction of its own. */
  sendCancel(cancel: SipRequest, flow: Flow): void;
  /** Calls into the user; what it throws is logged. */
  guard(where: string, callback: () => void): void;
}

/** Ends `entry` after the queue's time, or at once over a reliable transport, where nothing is retransmitted. */
export function linger(queue: ExpiryQueue, entry: Expiring, reliable: boolean): void {
  if (reliable) entry.expire();
  else queue.add(entry);
}
