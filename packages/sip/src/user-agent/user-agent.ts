import type { Clock, Logger } from '@manyline/kernel';
import type { SipRequest, SipResponse } from '../message/index.ts';
import { SipResponse as Response } from '../message/index.ts';
import type {
  InviteServerTransaction,
  ServerTransaction,
  TransactionDiscardReason,
  TransactionUser,
} from '../transaction/index.ts';
import { TransactionLayer } from '../transaction/index.ts';
import { contactFlow, type Flow, type FlowTarget } from '../transport/index.ts';
import { IncomingInvite } from './incoming-invite.ts';
import type { InviteSession } from './invite-session.ts';
import { type Invitation, type InvitationListener, OutgoingInvite } from './outgoing-invite.ts';
import type { SessionPort } from './session-port.ts';

export interface UserAgentOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Our Contact value towards that flow's peer. */
  readonly contactFor: (flow: Flow) => string;
  /** A flow to a literal address. */
  readonly flowTo: (target: FlowTarget) => Flow;
  /** A request outside every dialog, REGISTER and the first INVITE among them; never ACK or CANCEL. */
  readonly onRequest: (request: SipRequest, flow: Flow) => void;
  /** The transaction layer refused or dropped something; to be counted. */
  readonly onDiscard?: (reason: TransactionDiscardReason) => void;
}

/**
 * The user agent core (RFC 3261 §8, §12.2.2): gives each request to its dialog, answers 481 where there is none,
 * and hands the rest to the application.
 */
export class UserAgent implements TransactionUser {
  readonly #options: UserAgentOptions;
  readonly #sessions = new Map<string, InviteSession>();
  readonly #invites = new Map<InviteServerTransaction, IncomingInvite>();
  readonly #port: SessionPort;
  readonly transactions: TransactionLayer;

  constructor(options: UserAgentOptions) {
    this.#options = options;
    const { clock, logger, onDiscard } = options;
    this.transactions = new TransactionLayer({ clock, logger, user: this, onDiscard });
    this.#port = {
      clock: options.clock,
      contactFor: options.contactFor,
      flowFor: (dialog) =>
        dialog.hasRouteSet ? dialog.flow : contactFlow(dialog.flow, dialog.remoteTarget, options.flowTo),
      createServerTransaction: (request, flow) => this.transactions.createServerTransaction(request, flow),
      sendRequest: (request, flow, listener) => this.transactions.sendRequest(request, flow, listener),
      sendAck: (request, flow) => this.transactions.sendAck(request, flow),
      addSession: (session) =>
        this.#sessions.set(sessionKey(session.dialog.localTag, session.dialog.remoteTag), session),
      removeSession: (session) => this.#sessions.delete(sessionKey(session.dialog.localTag, session.dialog.remoteTag)),
    };
  }

  /** Dialogs that are known, early ones included. */
  get sessionCount(): number {
    return this.#sessions.size;
  }

  onRequest(request: SipRequest, flow: Flow): void {
    if (request.toTag !== '') {
      this.#receiveInDialog(request, flow);
      return;
    }
    switch (request.method) {
      case 'ACK':
        return;
      case 'CANCEL':
      case 'BYE':
      case 'PRACK':
      case 'UPDATE':
      case 'INFO':
        this.#refuseWithoutDialog(request, flow);
        return;
      default:
        this.#options.onRequest(request, flow);
    }
  }

  #receiveInDialog(request: SipRequest, flow: Flow): void {
    const session = this.#sessions.get(sessionKey(request.toTag, request.fromTag));
    if (session === undefined || session.dialog.callId !== request.callId) {
      if (request.method !== 'ACK') this.#refuseWithoutDialog(request, flow);
      return;
    }
    session.receive(request, flow);
  }

  #refuseWithoutDialog(request: SipRequest, flow: Flow): void {
    this.transactions.respondStateless(request, flow, Response.create(request, 481));
  }

  onCancel(transaction: InviteServerTransaction): void {
    this.#invites.get(transaction)?.cancelled();
  }

  onStrayResponse(_response: SipResponse, _flow: Flow): void {
    // RFC 3261 §18.1.2: a response that matches no transaction is dropped by a user agent.
  }

  /** A connection is gone: what waits for an answer on it ends, and a caller who was still waiting is taken for gone. */
  flowClosed(flow: Flow): void {
    this.transactions.flowClosed(flow);
    if (!flow.reliable) return;
    for (const invite of [...this.#invites.values()]) if (invite.flow === flow) invite.cancelled('connection-lost');
  }

  /** Takes an INVITE on: 100 is sent, the rest is up to the caller. */
  acceptInvite(request: SipRequest, flow: Flow): IncomingInvite {
    const transaction = this.transactions.createServerTransaction(request, flow) as InviteServerTransaction;
    const invite = new IncomingInvite(this.#port, request, flow, transaction);
    this.#invites.set(transaction, invite);
    transaction.onTerminated = () => this.#invites.delete(transaction);
    return invite;
  }

  /** Sends an INVITE. */
  invite(invitation: Invitation, listener: InvitationListener): OutgoingInvite {
    return new OutgoingInvite(this.#port, invitation, listener);
  }

  /** Answers a request in a transaction of its own, so that its repetitions get the same answer. */
  respond(request: SipRequest, flow: Flow, response: SipResponse): void {
    const transaction: ServerTransaction = this.transactions.createServerTransaction(request, flow);
    transaction.respond(response);
  }
}

function sessionKey(localTag: string, remoteTag: string): string {
  return `${localTag} ${remoteTag}`;
}
