import { type Clock, type Logger, silentLogger } from '@manyline/kernel';
import { type SipParseError, SipRequest, SipResponse } from '../message/index.ts';
import type { Flow } from '../transport/index.ts';
import { newBranch } from './branch.ts';
import type { ClientTransaction } from './client-transaction.ts';
import { ExpiryQueue } from './expiry-queue.ts';
import { InviteClientTransaction } from './invite-client-transaction.ts';
import { InviteServerTransaction } from './invite-server-transaction.ts';
import { NonInviteClientTransaction } from './non-invite-client-transaction.ts';
import { NonInviteServerTransaction } from './non-invite-server-transaction.ts';
import { defaultTimerValues, type TimerValues } from './timer-values.ts';
import type { ClientEntry, ServerEntry, TransactionContext } from './transaction-context.ts';
import { clientTransactionKey, serverTransactionKey } from './transaction-key.ts';
import type { ClientTransactionListener, TransactionUser } from './transaction-user.ts';
import { WaitingClients } from './waiting-clients.ts';

export type ServerTransaction = InviteServerTransaction | NonInviteServerTransaction;

/** Why the layer refused or dropped something: stable words, used as metric labels. */
export type TransactionDiscardReason = 'transaction-limit' | 'user-failed' | 'response-with-many-vias';

export interface TransactionLayerOptions {
  readonly clock: Clock;
  readonly user: TransactionUser;
  readonly logger?: Logger;
  readonly timers?: Partial<TimerValues>;
  /** The host of our Via instead of the flow's local address. */
  readonly viaHost?: string;
  /** Beyond so many transactions, lingering ones included, new requests are refused with 503. */
  readonly maxTransactions?: number;
  readonly onDiscard?: (reason: TransactionDiscardReason) => void;
}

const DEFAULT_MAX_TRANSACTIONS = 400_000;
const RETRY_AFTER_SECONDS = '5';
const ignoreResponses: ClientTransactionListener = { onResponse() {}, onTimeout() {}, onTransportError() {} };

/**
 * The transaction layer (RFC 3261 §17): matches requests and responses to their transactions, absorbs and makes
 * retransmissions, and hands the rest to the transaction user. Does no I/O but Flow.send.
 */
export class TransactionLayer {
  readonly #user: TransactionUser;
  readonly #logger: Logger;
  readonly #viaHost: string | undefined;
  readonly #maxTransactions: number;
  readonly #onDiscard: (reason: TransactionDiscardReason) => void;
  readonly #servers = new Map<string, ServerEntry>();
  readonly #clients = new Map<string, ClientEntry>();
  readonly #context: TransactionContext;

  constructor(options: TransactionLayerOptions) {
    this.#user = options.user;
    this.#logger = options.logger ?? silentLogger;
    this.#viaHost = options.viaHost;
    this.#maxTransactions = options.maxTransactions ?? DEFAULT_MAX_TRANSACTIONS;
    this.#onDiscard = options.onDiscard ?? (() => {});
    const timers = { ...defaultTimerValues, ...options.timers };
    this.#context = {
      clock: options.clock,
      timers,
      after64T1: new ExpiryQueue(options.clock, 64 * timers.T1),
      afterT4: new ExpiryQueue(options.clock, timers.T4),
      servers: this.#servers,
      clients: this.#clients,
      waiting: new WaitingClients(),
      passAckToUser: (ack, flow) => this.#passToUser(ack, flow),
      sendCancel: (cancel, flow) => {
        const key = `${cancel.topVia.branch} CANCEL`;
        new NonInviteClientTransaction(this.#context, key, cancel, flow, ignoreResponses);
      },
      guard: (where, callback) => this.#guard(where, callback),
    };
  }

  /** Transactions in every state, those included that only answer retransmissions. */
  get size(): number {
    return this.#servers.size + this.#clients.size;
  }

  /** A message from the transports. */
  receive(message: SipRequest | SipResponse, flow: Flow): void {
    if (message instanceof SipRequest) this.#receiveRequest(message, flow);
    else this.#receiveResponse(message, flow);
  }

  #receiveRequest(request: SipRequest, flow: Flow): void {
    const entry = this.#servers.get(serverTransactionKey(request, flow));
    if (entry !== undefined) {
      entry.receive(request, flow);
      return;
    }
    if (request.method === 'CANCEL' && this.#receiveCancel(request, flow)) return;
    if (request.method !== 'ACK' && this.size >= this.#maxTransactions) {
      this.#onDiscard('transaction-limit');
      const headers: [string, string][] = [['Retry-After', RETRY_AFTER_SECONDS]];
      this.respondStateless(request, flow, SipResponse.create(request, 503, { headers }));
      return;
    }
    this.#passToUser(request, flow);
  }

  /** RFC 3261 §9.2. False when there is no INVITE that this CANCEL is about. */
  #receiveCancel(cancel: SipRequest, flow: Flow): boolean {
    const invite = this.#servers.get(serverTransactionKey(cancel, flow, 'INVITE'));
    if (!(invite instanceof InviteServerTransaction)) return false;
    this.createServerTransaction(cancel, flow).respond(SipResponse.create(cancel, 200, { toTag: invite.toTag }));
    if (invite.state === 'Proceeding') this.#guard('onCancel', () => this.#user.onCancel(invite, cancel));
    return true;
  }

  #passToUser(request: SipRequest, flow: Flow): void {
    try {
      this.#user.onRequest(request, flow);
    } catch (error) {
      this.#userFailed('onRequest', error);
      if (request.method !== 'ACK') this.#answerFailure(request, flow);
    }
  }

  /** The user failed on this request: 500, unless it gave a final response before. */
  #answerFailure(request: SipRequest, flow: Flow): void {
    const response = SipResponse.create(request, 500);
    const entry = this.#servers.get(serverTransactionKey(request, flow));
    if (entry instanceof InviteServerTransaction) {
      if (entry.state === 'Proceeding') entry.respond(response);
    } else if (entry instanceof NonInviteServerTransaction) {
      entry.respond(response);
    } else if (entry === undefined) {
      this.respondStateless(request, flow, response);
    }
  }

  #receiveResponse(response: SipResponse, flow: Flow): void {
    // RFC 3261 §8.1.3.3: we add one Via and no proxy stands behind us.
    if (response.vias.length !== 1) {
      this.#onDiscard('response-with-many-vias');
      return;
    }
    const client = this.#clients.get(clientTransactionKey(response));
    if (client === undefined) this.#guard('onStrayResponse', () => this.#user.onStrayResponse(response, flow));
    else client.receive(response);
  }

  /** Answers what the transports could not read as a whole, if it can be answered: with the status of the error. */
  receiveMalformed(error: SipParseError, flow: Flow): void {
    const { request } = error;
    if (request === undefined) return;
    const reasonPhrase = error.statusCode === 400 ? `Bad Request (${error.rule})` : undefined;
    this.respondStateless(request, flow, SipResponse.create(request, error.statusCode, { reasonPhrase }));
  }

  /** The flow is closed, or refuses to send: requests that wait for a response on it fail (RFC 3261 §17.1.4). */
  flowClosed(flow: Flow): void {
    this.#context.waiting.flowFailed(flow);
  }

  /**
   * The transaction in which `request`, given to `onRequest`, is answered. Until it is made a retransmission counts as
   * new; copies of a request share one transaction. Throws on ACK, which has no transaction and no response.
   */
  createServerTransaction(request: SipRequest, flow: Flow): ServerTransaction {
    if (request.method === 'ACK') throw new Error('an ACK has no server transaction');
    const key = serverTransactionKey(request, flow);
    const known = this.#servers.get(key);
    if (known instanceof InviteServerTransaction || known instanceof NonInviteServerTransaction) return known;
    const transaction =
      request.method === 'INVITE'
        ? new InviteServerTransaction(this.#context, key, request, flow)
        : new NonInviteServerTransaction(this.#context, key, request, flow);
    if (known === undefined) {
      this.#servers.set(key, transaction);
    } else {
      // The user was slow, and has answered another copy of this request meanwhile.
      known.receive(request, flow);
      transaction.abandon();
    }
    return transaction;
  }

  /** One response without a transaction: it is not kept, and a retransmission of the request counts as new. */
  respondStateless(request: SipRequest, flow: Flow, response: SipResponse): void {
    if (request.method !== 'ACK') flow.responseFlow(request).send(response.toBytes());
  }

  /** Sends a request, not an ACK, after adding our Via to it. The listener is not called before this returns. */
  sendRequest(request: SipRequest, flow: Flow, listener: ClientTransactionListener): ClientTransaction {
    const key = `${this.#addVia(request, flow)} ${request.method}`;
    return request.method === 'INVITE'
      ? new InviteClientTransaction(this.#context, key, request, flow, listener)
      : new NonInviteClientTransaction(this.#context, key, request, flow, listener);
  }

  /** Sends an ACK for a 2xx after adding our Via; the bytes are given back for each repetition of the 2xx (RFC 3261 §13.2.2.4). */
  sendAck(ack: SipRequest, flow: Flow): Buffer {
    this.#addVia(ack, flow);
    const bytes = ack.toBytes();
    flow.send(bytes);
    return bytes;
  }

  /** Gives back the new branch. `rport` asks for the response to the port that we send from (RFC 3581 §3). */
  #addVia(request: SipRequest, flow: Flow): string {
    const host = this.#viaHost ?? flow.localAddress;
    const branch = newBranch();
    const sentBy = `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${flow.localPort}`;
    request.addVia(`SIP/2.0/${flow.protocol} ${sentBy};branch=${branch};rport`);
    return branch;
  }

  #guard(where: string, callback: () => void): void {
    try {
      callback();
    } catch (error) {
      this.#userFailed(where, error);
    }
  }

  #userFailed(where: string, error: unknown): void {
    this.#logger.error({ err: error, callback: where }, 'transaction user failed');
    this.#onDiscard('user-failed');
  }

  /** Forgets every transaction without a word and stops all timers; idempotent. */
  close(): void {
    for (const entry of this.#servers.values()) entry.abandon();
    for (const entry of this.#clients.values()) entry.abandon();
    this.#servers.clear();
    this.#clients.clear();
    this.#context.waiting.clear();
    this.#context.after64T1.close();
    this.#context.afterT4.close();
  }
}
