import { FakeClock } from '@manyline/testkit';
import type { SipRequest, SipResponse } from '../message/index.ts';
import { SipResponse as Response } from '../message/index.ts';
import {
  type ClientTransactionListener,
  type InviteServerTransaction,
  type ServerTransaction,
  type TransactionDiscardReason,
  TransactionLayer,
  type TransactionLayerOptions,
  type TransactionUser,
} from '../transaction/index.ts';
import type { Flow, TransportProtocol } from '../transport/index.ts';
import { FakeFlow } from './fake-flow.ts';

/** A transaction layer on a fake clock and flow, with a user that writes down what it is told. */
export class TransactionBench implements TransactionUser {
  readonly clock = new FakeClock();
  readonly flow: FakeFlow;
  readonly layer: TransactionLayer;
  readonly requests: SipRequest[] = [];
  readonly cancelled: InviteServerTransaction[] = [];
  readonly strayResponses: SipResponse[] = [];
  readonly discards: TransactionDiscardReason[] = [];
  /** What the user does with each request that reaches it. */
  onEachRequest: (request: SipRequest, flow: Flow) => void = () => {};

  constructor(protocol: TransportProtocol = 'UDP', options: Partial<TransactionLayerOptions> = {}) {
    this.flow = new FakeFlow(protocol);
    this.layer = new TransactionLayer({
      clock: this.clock,
      user: this,
      onDiscard: (reason) => this.discards.push(reason),
      ...options,
    });
  }

  onRequest(request: SipRequest, flow: Flow): void {
    this.requests.push(request);
    this.onEachRequest(request, flow);
  }

  onCancel(transaction: InviteServerTransaction): void {
    this.cancelled.push(transaction);
  }

  onStrayResponse(response: SipResponse): void {
    this.strayResponses.push(response);
  }

  receive(message: SipRequest | SipResponse): void {
    this.layer.receive(message, this.flow);
  }

  /** Receives a request for which the user creates a transaction. */
  accept<Kind extends ServerTransaction>(request: SipRequest): Kind {
    let made: ServerTransaction | undefined;
    this.onEachRequest = (received, flow) => {
      made = this.layer.createServerTransaction(received, flow);
    };
    this.receive(request);
    this.onEachRequest = () => {};
    if (made === undefined) throw new Error('the request did not reach the user');
    return made as Kind;
  }

  /** The peer answers the request that was sent first. */
  answer(request: SipRequest, statusCode: number, toTag = 'bob1'): SipResponse {
    const response = Response.create(request, statusCode, { toTag });
    this.receive(response);
    return response;
  }
}

/** A listener that writes down what it hears: status codes, `timeout`, `transport error`. */
export class RecordingListener implements ClientTransactionListener {
  readonly heard: (number | 'timeout' | 'transport error')[] = [];

  onResponse(response: SipResponse): void {
    this.heard.push(response.statusCode);
  }

  onTimeout(): void {
    this.heard.push('timeout');
  }

  onTransportError(): void {
    this.heard.push('transport error');
  }
}

/** When, in milliseconds from now, each message beyond those sent already goes out while `durationMs` passes. */
export function sendingTimes(bench: TransactionBench, durationMs: number, stepMs = 100): number[] {
  const times: number[] = [];
  for (let elapsed = stepMs; elapsed <= durationMs; elapsed += stepMs) {
    const before = bench.flow.sent.length;
    bench.clock.advance(stepMs);
    for (let count = before; count < bench.flow.sent.length; count += 1) times.push(elapsed);
  }
  return times;
}
