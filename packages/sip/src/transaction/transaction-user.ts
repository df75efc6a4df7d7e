import type { SipRequest, SipResponse } from '../message/index.ts';
import type { Flow } from '../transport/index.ts';
import type { InviteServerTransaction } from './invite-server-transaction.ts';

/** The layer above the transactions (RFC 3261 §5). What it throws is logged; a request that it failed on is answered 500. */
export interface TransactionUser {
  /**
   * A request that matches no transaction, to be answered by `createServerTransaction` or `respondStateless`.
   * Also an ACK for a 2xx and a CANCEL that matches no INVITE.
   */
  onRequest(request: SipRequest, flow: Flow): void;
  /** The peer gives up an INVITE that has no final response yet; the CANCEL itself is answered already (RFC 3261 §9.2). */
  onCancel(transaction: InviteServerTransaction, cancel: SipRequest): void;
  /** A response that matches no transaction. */
  onStrayResponse(response: SipResponse, flow: Flow): void;
}

/** Who waits for the responses to a request. At most one of `onTimeout` and `onTransportError` is called, and it ends the transaction. */
export interface ClientTransactionListener {
  /** Provisional and final responses; to an INVITE every 2xx, its repetitions too (RFC 6026 §8.4). */
  onResponse(response: SipResponse): void;
  /** No (final) response in time: to be treated as a 408 (RFC 3261 §8.1.3.1). */
  onTimeout(): void;
  /** The request could not be sent, or its connection is gone: to be treated as a 503. */
  onTransportError(): void;
}
