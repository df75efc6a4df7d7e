import { EventEmitter, once } from 'node:events';
import { type SipParseError, type SipRequest, SipResponse } from '../message/index.ts';
import type { DiscardReason, Flow, TransportHandler } from '../transport/index.ts';

/** A transport handler that writes down what it is told and lets a test wait for it. */
export class RecordingHandler implements TransportHandler {
  readonly #changed = new EventEmitter();
  readonly messages: { message: SipRequest | SipResponse; flow: Flow }[] = [];
  readonly malformed: SipParseError[] = [];
  readonly closed: Flow[] = [];
  readonly failed: Flow[] = [];
  readonly discards: DiscardReason[] = [];
  /** What is done with each message, besides writing it down. */
  react: (message: SipRequest | SipResponse, flow: Flow) => void = () => {};

  onMessage(message: SipRequest | SipResponse, flow: Flow): void {
    this.messages.push({ message, flow });
    this.#changed.emit('change');
    this.react(message, flow);
  }

  /** Answers with the status of the error, as a user would. */
  onMalformed(error: SipParseError, flow: Flow): void {
    this.malformed.push(error);
    if (error.request !== undefined) {
      flow.responseFlow(error.request).send(SipResponse.create(error.request, error.statusCode).toBytes());
    }
    this.#changed.emit('change');
  }

  onFlowClosed(flow: Flow): void {
    this.closed.push(flow);
    this.#changed.emit('change');
  }

  onSendFailed(flow: Flow): void {
    this.failed.push(flow);
    this.#changed.emit('change');
  }

  onDiscard(reason: DiscardReason): void {
    this.discards.push(reason);
    this.#changed.emit('change');
  }

  /** Ends when `condition` holds, looking again at each call; the test's own time-out bounds it. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await once(this.#changed, 'change');
  }
}
