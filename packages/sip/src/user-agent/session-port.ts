import type { Clock } from '@manyline/kernel';
import type { Dialog } from '../dialog/index.ts';
import type { SipRequest } from '../message/index.ts';
import type { ClientTransaction, ClientTransactionListener, ServerTransaction } from '../transaction/index.ts';
import type { Flow } from '../transport/index.ts';
import type { InviteSession } from './invite-session.ts';

/** What a session or an invitation needs of the user agent that it belongs to. */
export interface SessionPort {
  readonly clock: Clock;
  /** Our Contact value towards that flow's peer. */
  contactFor(flow: Flow): string;
  /** The way for our requests inside a dialog. */
  flowFor(dialog: Dialog): Flow;
  createServerTransaction(request: SipRequest, flow: Flow): ServerTransaction;
  sendRequest(request: SipRequest, flow: Flow, listener: ClientTransactionListener): ClientTransaction;
  /** Sends an ACK for a 2xx, outside every transaction; returns the octets for its repetition. */
  sendAck(request: SipRequest, flow: Flow): Buffer;
  addSession(session: InviteSession): void;
  removeSession(session: InviteSession): void;
}
