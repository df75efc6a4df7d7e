import type { Timer } from '@manyline/kernel';
import type { SipRequest, SipResponse } from '../message/index.ts';
import type { Flow } from '../transport/index.ts';
import type { ClientTransaction, ClientTransactionState } from './client-transaction.ts';
import type { Expiring } from './expiry-queue.ts';
import { createAckForNon2xx, createCancel } from './requests-of-invite-transaction.ts';
import { Retransmission } from './retransmission.ts';
import { type ClientEntry, linger, type TransactionContext } from './transaction-context.ts';
import type { ClientTransactionListener } from './transaction-user.ts';

type Input = '1xx' | '2xx' | '300-699' | 'timer A' | 'timer B' | 'timer D' | 'timer M' | 'transport error';

/**
 * The client transaction of an INVITE (RFC 3261 §17.1.1, figure 5, with the Accepted state of RFC 6026 §7.2, figure 6).
 * It acknowledges 300–699 itself; every 2xx goes up, and its ACK is the user's.
 */
export class InviteClientTransaction implements ClientTransaction, ClientEntry, Expiring {
  readonly request: SipRequest;
  readonly flow: Flow;
  readonly #context: TransactionContext;
  readonly #key: string;
  readonly #listener: ClientTransactionListener;
  #state: ClientTransactionState = 'Calling';
  /** The INVITE while it may have to be retransmitted, then the ACK for 300–699. */
  #bytes: Buffer;
  #timerA: Retransmission | undefined;
  #timerB: Timer | undefined;
  #cancel: 'no' | 'wanted' | 'sent' = 'no';
  /** RFC 3261 §9.1: an INVITE that stays without final response 64*T1 after its CANCEL is given up. */
  #cancelDeadline: Timer | undefined;

  constructor(
    context: TransactionContext,
    key: string,
    request: SipRequest,
    flow: Flow,
    listener: ClientTransactionListener,
  ) {
    this.#context = context;
    this.#key = key;
    this.request = request;
    this.flow = flow;
    this.#listener = listener;
    this.#bytes = request.toBytes();
    const { clock, timers } = context;
    context.clients.set(key, this);
    if (!flow.reliable) this.#timerA = new Retransmission(clock, timers.T1, () => this.#step('timer A', undefined));
    this.#timerB = clock.after(64 * timers.T1, () => this.#step('timer B', undefined));
    if (flow.send(this.#bytes)) context.waiting.add(this);
    // The caller gets the transaction before it hears of it.
    else this.#timerB = this.#failSoon();
  }

  #failSoon(): Timer {
    this.#stopTimers();
    return this.#context.clock.after(0, () => this.#step('transport error', undefined));
  }

  get state(): ClientTransactionState {
    return this.#state;
  }

  receive(response: SipResponse): void {
    if (response.isProvisional) this.#step('1xx', response);
    else this.#step(response.isSuccess ? '2xx' : '300-699', response);
  }

  flowFailed(): void {
    this.#step('transport error', undefined);
  }

  /** A timer of the layer's queues fired: D or M, as the state tells. */
  expire(): void {
    this.#step(this.#state === 'Accepted' ? 'timer M' : 'timer D', undefined);
  }

  #step(input: Input, response: SipResponse | undefined): void {
    switch (this.#state) {
      case 'Calling':
        this.#calling(input, response);
        break;
      case 'Proceeding':
        this.#proceeding(input, response);
        break;
      case 'Completed':
        this.#completed(input);
        break;
      case 'Accepted':
        this.#accepted(input, response);
        break;
      default:
        return;
    }
  }

  #calling(input: Input, response: SipResponse | undefined): void {
    switch (input) {
      case 'timer A':
        this.#timerA!.double(Number.POSITIVE_INFINITY);
        this.#send();
        break;
      case 'timer B':
        this.#terminate();
        this.#tell('onTimeout');
        break;
      case 'transport error':
        this.#terminate();
        this.#tell('onTransportError');
        break;
      case '1xx':
        this.#stopTimers();
        this.#state = 'Proceeding';
        this.#pass(response!);
        if (this.#cancel === 'wanted' && this.#isProceeding()) this.#sendCancel();
        return;
      default:
        this.#final(input, response!);
        break;
    }
  }

  #proceeding(input: Input, response: SipResponse | undefined): void {
    switch (input) {
      case 'transport error':
        this.#terminate();
        this.#tell('onTransportError');
        break;
      case '1xx':
        this.#pass(response!);
        break;
      default:
        this.#final(input, response!);
        break;
    }
  }

  /** What a final response does in Calling and in Proceeding. */
  #final(input: Input, response: SipResponse): void {
    this.#stopTimers();
    this.#context.waiting.delete(this);
    if (input === '2xx') {
      this.#state = 'Accepted';
      this.#context.after64T1.add(this);
      this.#pass(response);
      return;
    }
    this.#state = 'Completed';
    this.#bytes = createAckForNon2xx(this.request, response).toBytes();
    this.flow.send(this.#bytes);
    this.#pass(response);
    linger(this.#context.after64T1, this, this.flow.reliable);
  }

  #completed(input: Input): void {
    switch (input) {
      case '300-699':
        // The final response was passed up, so an ACK that cannot be sent is nobody's concern any more.
        this.flow.send(this.#bytes);
        return;
      case 'timer D':
        this.#terminate();
        break;
    }
  }

  #accepted(input: Input, response: SipResponse | undefined): void {
    switch (input) {
      case '2xx':
        this.#pass(response!);
        break;
      case 'timer M':
        this.#terminate();
        break;
    }
  }

  cancel(): void {
    if (this.#cancel !== 'no') return;
    if (this.#state === 'Calling') this.#cancel = 'wanted';
    else if (this.#state === 'Proceeding') this.#sendCancel();
  }

  #sendCancel(): void {
    const { clock, timers } = this.#context;
    this.#cancel = 'sent';
    this.#cancelDeadline = clock.after(64 * timers.T1, () => {
      this.#terminate();
      this.#tell('onTimeout');
    });
    this.#context.sendCancel(createCancel(this.request), this.flow);
  }

  #isProceeding(): boolean {
    return this.#state === 'Proceeding';
  }

  #send(): void {
    if (!this.flow.send(this.#bytes)) this.#step('transport error', undefined);
  }

  #pass(response: SipResponse): void {
    this.#context.guard('onResponse', () => this.#listener.onResponse(response));
  }

  #tell(event: 'onTimeout' | 'onTransportError'): void {
    this.#context.guard(event, () => this.#listener[event]());
  }

  #stopTimers(): void {
    this.#timerA?.stop();
    this.#timerB?.cancel();
    this.#cancelDeadline?.cancel();
  }

  #terminate(): void {
    this.abandon();
    this.#context.clients.delete(this.#key);
    this.#context.waiting.delete(this);
  }

  abandon(): void {
    this.#state = 'Terminated';
    this.#stopTimers();
  }
}
