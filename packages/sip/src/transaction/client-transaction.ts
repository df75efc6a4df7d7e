import type { SipRequest } from '../message/index.ts';
import type { Flow } from '../transport/index.ts';

export type ClientTransactionState = 'Calling' | 'Trying' | 'Proceeding' | 'Completed' | 'Accepted' | 'Terminated';

/** A request that we sent (RFC 3261 §17.1). */
export interface ClientTransaction {
  /** With its Via. */
  readonly request: SipRequest;
  readonly flow: Flow;
  readonly state: ClientTransactionState;
  /**
   * Gives up an INVITE: CANCEL is sent once a provisional response is here, and not at all when a final one comes first
   * (RFC 3261 §9.1). The INVITE's final response, or onTimeout 64*T1 after the CANCEL, still follows. Idempotent; nothing
   * happens for other methods.
   */
  cancel(): void;
}
