import type { Clock } from '@manyline/kernel';
import type { SipRequest } from '../message/index.ts';
import type { ClientTransaction, ClientTransactionListener, ServerTransaction } from '../transaction/index.ts';
import type { Flow } from '../transport/index.ts';
import type { InviteSession } from './invite-session.ts';

/** What a session or an invitation needs of the user agent that it belongs to. */
export interface SessionPort {
  readonly clock: Clock;
  /** Our Contact value towards that flow's peer. */
  contactFor(flow: Flow): string;
  createServerTransaction(request: SipRequest, flow: Flow): ServerTransaction;
  sendRequest(request: SipRequest, flow: Flow, listener: ClientTransactionListener): ClientTransaction;
  /** Sends an ACK for a 2xx, outside every transaction; returns the octets for its repetition. */
  sendAck(request: SipRequest, flow: Flow): Buffer;
  /** A flow that reaches the dialog's remote target, for when the peer's own connection is gone. */
  addSession(session: InviteSession): void;
  removeSession(session: InviteSession): void;
}
