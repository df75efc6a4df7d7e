import type { Timer } from '@manyline/kernel';
import type { SipRequest, SipResponse } from '../message/index.ts';
import type { Flow } from '../transport/index.ts';
import type { ClientTransaction, ClientTransactionState } from './client-transaction.ts';
import type { Expiring } from './expiry-queue.ts';
import { Retransmission } from './retransmission.ts';
import { type ClientEntry, linger, type TransactionContext } from './transaction-context.ts';
import type { ClientTransactionListener } from './transaction-user.ts';

type Input = '1xx' | '200-699' | 'timer E' | 'timer F' | 'timer K' | 'transport error';

/** The client transaction of every request but INVITE and ACK (RFC 3261 §17.1.2, figure 6). */
export class NonInviteClientTransaction implements ClientTransaction, ClientEntry, Expiring {
  readonly request: SipRequest;
  readonly flow: Flow;
  readonly #context: TransactionContext;
  readonly #key: string;
  readonly #listener: ClientTransactionListener;
  readonly #bytes: Buffer;
  #state: ClientTransactionState = 'Trying';
  #timerE: Retransmission | undefined;
  #timerF: Timer;

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
    if (!flow.reliable) this.#timerE = new Retransmission(clock, timers.T1, () => this.#step('timer E', undefined));
    this.#timerF = clock.after(64 * timers.T1, () => this.#step('timer F', undefined));
    if (flow.send(this.#bytes)) context.waiting.add(this);
    // The caller gets the transaction before it hears of it.
    else this.#timerF = this.#failSoon();
  }

  #failSoon(): Timer {
    this.#stopTimers();
    return this.#context.clock.after(0, () => this.#step('transport error', undefined));
  }

  get state(): ClientTransactionState {
    return this.#state;
  }

  cancel(): void {}

  receive(response: SipResponse): void {
    this.#step(response.isProvisional ? '1xx' : '200-699', response);
  }

  flowFailed(): void {
    this.#step('transport error', undefined);
  }

  /** Timer K. */
  expire(): void {
    this.#step('timer K', undefined);
  }

  #step(input: Input, response: SipResponse | undefined): void {
    switch (this.#state) {
      case 'Trying':
        this.#trying(input, response);
        break;
      case 'Proceeding':
        this.#proceeding(input, response);
        break;
      case 'Completed':
        this.#completed(input);
        break;
      default:
        return;
    }
  }

  #trying(input: Input, response: SipResponse | undefined): void {
    switch (input) {
      case 'timer E':
        this.#timerE!.double(this.#context.timers.T2);
        this.#send();
        break;
      case '1xx':
        this.#state = 'Proceeding';
        this.#pass(response!);
        break;
      default:
        this.#end(input, response);
        break;
    }
  }

  #proceeding(input: Input, response: SipResponse | undefined): void {
    switch (input) {
      case 'timer E':
        this.#timerE!.restart(this.#context.timers.T2);
        this.#send();
        break;
      case '1xx':
        this.#pass(response!);
        break;
      default:
        this.#end(input, response);
        break;
    }
  }

  /** What ends the wait, in Trying and in Proceeding alike. */
  #end(input: Input, response: SipResponse | undefined): void {
    switch (input) {
      case '200-699':
        this.#stopTimers();
        this.#context.waiting.delete(this);
        this.#state = 'Completed';
        this.#pass(response!);
        linger(this.#context.afterT4, this, this.flow.reliable);
        break;
      case 'timer F':
        this.#terminate();
        this.#tell('onTimeout');
        break;
      case 'transport error':
        this.#terminate();
        this.#tell('onTransportError');
        break;
    }
  }

  #completed(input: Input): void {
    if (input === 'timer K') this.#terminate();
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
    this.#timerE?.stop();
    this.#timerF.cancel();
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
