import type { Timer } from '@manyline/kernel';
import type { SipRequest, SipResponse } from '../message/index.ts';
import type { Flow } from '../transport/index.ts';
import type { Expiring } from './expiry-queue.ts';
import { Retransmission } from './retransmission.ts';
import { linger, type ServerEntry, type TransactionContext } from './transaction-context.ts';

export type InviteServerState = 'Proceeding' | 'Accepted' | 'Completed' | 'Confirmed' | 'Terminated';

type Input =
  | 'INVITE'
  | 'ACK'
  | '1xx from TU'
  | '2xx from TU'
  | '300-699 from TU'
  | 'timer G'
  | 'timer H'
  | 'timer I'
  | 'timer L'
  | 'transport error';

/**
 * The server transaction of an INVITE (RFC 3261 §17.2.1, figure 7, with the Accepted state of RFC 6026 §7.1, figure 5).
 * Sending 100 Trying and repeating a 2xx until its ACK are up to the user: `respond` may be called again with the same 2xx.
 */
export class InviteServerTransaction implements ServerEntry, Expiring {
  readonly request: SipRequest;
  /** The flow that the request came by. */
  readonly flow: Flow;
  readonly #context: TransactionContext;
  readonly #key: string;
  readonly #responseFlow: Flow;
  #state: InviteServerState = 'Proceeding';
  #lastResponse: SipResponse | undefined;
  #lastBytes: Buffer | undefined;
  #timerG: Retransmission | undefined;
  #timerH: Timer | undefined;
  /** The ACK for a final response of 300–699 arrived. */
  onAck: ((ack: SipRequest) => void) | undefined;
  /** No ACK for a final response of 300–699 arrived in time (timer H). */
  onTimeout: (() => void) | undefined;
  /** A response could not be sent; in the Accepted state the transaction lives on. */
  onTransportError: (() => void) | undefined;
  /** The transaction is over, in whatever way; called once and last. */
  onTerminated: (() => void) | undefined;

  constructor(context: TransactionContext, key: string, request: SipRequest, flow: Flow) {
    this.#context = context;
    this.#key = key;
    this.request = request;
    this.flow = flow;
    this.#responseFlow = flow.responseFlow(request);
  }

  get state(): InviteServerState {
    return this.#state;
  }

  /** The tag of our responses; undefined as long as none but a 100 was given. */
  get toTag(): string | undefined {
    return this.#lastResponse?.toTag || undefined;
  }

  /** Sends a response. What the state does not allow is ignored: anything after 300–699, anything but 2xx after a 2xx. */
  respond(response: SipResponse): void {
    if (response.isProvisional) this.#step('1xx from TU', response);
    else this.#step(response.isSuccess ? '2xx from TU' : '300-699 from TU', response);
  }

  receive(request: SipRequest, flow: Flow): void {
    if (request.method === 'ACK' && this.#state === 'Accepted') this.#context.passAckToUser(request, flow);
    else this.#step(request.method === 'ACK' ? 'ACK' : 'INVITE', request);
  }

  /** A timer of the layer's queues fired: I or L, as the state tells. */
  expire(): void {
    this.#step(this.#state === 'Accepted' ? 'timer L' : 'timer I', undefined);
  }

  #step(input: Input, message: SipRequest | SipResponse | undefined): void {
    switch (this.#state) {
      case 'Proceeding':
        this.#proceeding(input, message as SipResponse);
        break;
      case 'Accepted':
        this.#accepted(input, message as SipResponse);
        break;
      case 'Completed':
        this.#completed(input, message as SipRequest);
        break;
      case 'Confirmed':
        this.#confirmed(input);
        break;
      case 'Terminated':
        return;
    }
  }

  #proceeding(input: Input, response: SipResponse): void {
    switch (input) {
      case 'INVITE':
        if (this.#lastBytes !== undefined) this.#send(this.#lastBytes);
        return;
      case '1xx from TU':
        this.#sendResponse(response);
        break;
      case '2xx from TU':
        this.#state = 'Accepted';
        this.#context.after64T1.add(this);
        this.#sendResponse(response);
        break;
      case '300-699 from TU':
        this.#state = 'Completed';
        this.#startCompletedTimers();
        this.#sendResponse(response);
        break;
      case 'transport error':
        this.#terminate('onTransportError');
        break;
    }
  }

  /** Timer L runs over every transport: it covers forks of the INVITE that arrive late (RFC 6026 §8.7). */
  #accepted(input: Input, response: SipResponse): void {
    switch (input) {
      case 'INVITE':
        return;
      case '2xx from TU':
        this.#sendResponse(response);
        break;
      case 'transport error':
        this.#call('onTransportError');
        break;
      case 'timer L':
        this.#terminate();
        break;
    }
  }

  #completed(input: Input, ack: SipRequest): void {
    switch (input) {
      case 'INVITE':
        this.#send(this.#lastBytes!);
        break;
      case 'timer G':
        this.#timerG!.double(this.#context.timers.T2);
        this.#send(this.#lastBytes!);
        break;
      case 'ACK':
        this.#stopTimers();
        this.#state = 'Confirmed';
        if (this.onAck !== undefined) this.#context.guard('onAck', () => this.onAck?.(ack));
        linger(this.#context.afterT4, this, this.#responseFlow.reliable);
        break;
      case 'timer H':
        this.#terminate('onTimeout');
        break;
      case 'transport error':
        this.#terminate('onTransportError');
        break;
    }
  }

  #confirmed(input: Input): void {
    if (input === 'timer I') this.#terminate();
  }

  #startCompletedTimers(): void {
    const { clock, timers } = this.#context;
    if (!this.#responseFlow.reliable) {
      this.#timerG = new Retransmission(clock, timers.T1, () => this.#step('timer G', undefined));
    }
    this.#timerH = clock.after(64 * timers.T1, () => this.#step('timer H', undefined));
  }

  #stopTimers(): void {
    this.#timerG?.stop();
    this.#timerH?.cancel();
  }

  /** Serialises a response once, however often it is sent. */
  #sendResponse(response: SipResponse): void {
    if (response !== this.#lastResponse) {
      this.#lastResponse = response;
      this.#lastBytes = response.toBytes();
    }
    this.#send(this.#lastBytes!);
  }

  #send(bytes: Buffer): void {
    if (!this.#responseFlow.send(bytes)) this.#step('transport error', undefined);
  }

  #call(event: 'onTimeout' | 'onTransportError' | 'onTerminated'): void {
    const callback = this[event];
    if (callback !== undefined) this.#context.guard(event, callback);
  }

  #terminate(cause?: 'onTimeout' | 'onTransportError'): void {
    this.abandon();
    if (this.#context.servers.get(this.#key) === this) this.#context.servers.delete(this.#key);
    if (cause !== undefined) this.#call(cause);
    this.#call('onTerminated');
  }

  abandon(): void {
    this.#state = 'Terminated';
    this.#stopTimers();
  }
}
