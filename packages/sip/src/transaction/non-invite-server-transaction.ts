import type { SipRequest, SipResponse } from '../message/index.ts';
import type { Flow } from '../transport/index.ts';
import type { Expiring } from './expiry-queue.ts';
import { linger, type ServerEntry, type TransactionContext } from './transaction-context.ts';

export type NonInviteServerState = 'Trying' | 'Proceeding' | 'Completed' | 'Terminated';

type Input = 'request' | '1xx from TU' | '200-699 from TU';

/** The server transaction of every request but INVITE and ACK (RFC 3261 §17.2.2, figure 8). */
export class NonInviteServerTransaction implements ServerEntry {
  readonly request: SipRequest;
  /** The flow that the request came by. */
  readonly flow: Flow;
  readonly #context: TransactionContext;
  readonly #key: string;
  readonly #responseFlow: Flow;
  #state: NonInviteServerState = 'Trying';
  #lastProvisional: Buffer | undefined;
  #completed: CompletedNonInvite | undefined;
  /** A response could not be sent; the transaction is over. */
  onTransportError: (() => void) | undefined;

  constructor(context: TransactionContext, key: string, request: SipRequest, flow: Flow) {
    this.#context = context;
    this.#key = key;
    this.request = request;
    this.flow = flow;
    this.#responseFlow = flow.responseFlow(request);
  }

  get state(): NonInviteServerState {
    return this.#completed?.terminated === true ? 'Terminated' : this.#state;
  }

  /** Sends a response; nothing happens after a final one. */
  respond(response: SipResponse): void {
    this.#step(response.isProvisional ? '1xx from TU' : '200-699 from TU', response);
  }

  receive(): void {
    this.#step('request', undefined);
  }

  #step(input: Input, response: SipResponse | undefined): void {
    switch (this.#state) {
      case 'Trying':
        this.#trying(input, response);
        break;
      case 'Proceeding':
        this.#proceeding(input, response);
        break;
      // In Completed the retransmissions go to what stands under the key now, and the user's responses are ignored.
      case 'Completed':
      case 'Terminated':
        return;
    }
  }

  #trying(input: Input, response: SipResponse | undefined): void {
    switch (input) {
      case 'request':
        return;
      case '1xx from TU':
        this.#sendProvisional(response!);
        break;
      case '200-699 from TU':
        this.#complete(response!);
        break;
    }
  }

  #proceeding(input: Input, response: SipResponse | undefined): void {
    switch (input) {
      case 'request':
        this.#send(this.#lastProvisional!);
        break;
      case '1xx from TU':
        this.#sendProvisional(response!);
        break;
      case '200-699 from TU':
        this.#complete(response!);
        break;
    }
  }

  #sendProvisional(response: SipResponse): void {
    this.#state = 'Proceeding';
    this.#lastProvisional = response.toBytes();
    this.#send(this.#lastProvisional);
  }

  /** The Completed state and its timer J are left to an object that holds the response's bytes and not the request. */
  #complete(response: SipResponse): void {
    const bytes = response.toBytes();
    this.#state = 'Completed';
    this.#lastProvisional = undefined;
    this.#send(bytes);
    if (this.#isTerminated()) return;
    this.#completed = new CompletedNonInvite(this.#context, this.#key, bytes, this.#responseFlow);
  }

  #isTerminated(): boolean {
    return this.#state === 'Terminated';
  }

  abandon(): void {
    this.#state = 'Terminated';
  }

  #send(bytes: Buffer): void {
    if (this.#responseFlow.send(bytes)) return;
    this.#state = 'Terminated';
    this.#context.servers.delete(this.#key);
    const { onTransportError } = this;
    if (onTransportError !== undefined) this.#context.guard('onTransportError', onTransportError);
  }
}

/** The Completed state of figure 8: answers retransmissions until timer J fires. Many thousands of them live at a time. */
class CompletedNonInvite implements ServerEntry, Expiring {
  readonly #servers: Map<string, ServerEntry>;
  readonly #key: string;
  readonly #bytes: Buffer;
  readonly #flow: Flow;
  terminated = false;

  constructor(context: TransactionContext, key: string, bytes: Buffer, flow: Flow) {
    this.#servers = context.servers;
    this.#key = key;
    this.#bytes = bytes;
    this.#flow = flow;
    this.#servers.set(key, this);
    linger(context.after64T1, this, flow.reliable);
  }

  abandon(): void {
    this.terminated = true;
  }

  receive(): void {
    if (!this.terminated && !this.#flow.send(this.#bytes)) this.expire();
  }

  /** Timer J. */
  expire(): void {
    this.terminated = true;
    if (this.#servers.get(this.#key) === this) this.#servers.delete(this.#key);
  }
}
