import type { Logger } from '@manyline/kernel';
import type { SipParseError, SipRequest, SipResponse } from '../message/index.ts';
import type { DiscardReason } from './discard-reason.ts';
import type { Flow, TransportHandler } from './flow.ts';

/** Passes calls on to a handler; what that throws is logged and counted, so that it never ends a socket's event. */
export class GuardedHandler implements TransportHandler {
  readonly #handler: TransportHandler;
  readonly #logger: Logger;

  constructor(handler: TransportHandler, logger: Logger) {
    this.#handler = handler;
    this.#logger = logger;
  }

  onMessage(message: SipRequest | SipResponse, flow: Flow): void {
    try {
      this.#handler.onMessage(message, flow);
    } catch (error) {
      this.#failed('onMessage', error);
    }
  }

  onMalformed(error: SipParseError, flow: Flow): void {
    try {
      this.#handler.onMalformed(error, flow);
    } catch (thrown) {
      this.#failed('onMalformed', thrown);
    }
  }

  onFlowClosed(flow: Flow): void {
    try {
      this.#handler.onFlowClosed(flow);
    } catch (error) {
      this.#failed('onFlowClosed', error);
    }
  }

  onSendFailed(flow: Flow): void {
    try {
      this.#handler.onSendFailed?.(flow);
    } catch (error) {
      this.#failed('onSendFailed', error);
    }
  }

  onDiscard(reason: DiscardReason): void {
    try {
      this.#handler.onDiscard(reason);
    } catch (error) {
      this.#logger.error({ err: error, callback: 'onDiscard' }, 'transport handler failed');
    }
  }

  #failed(callback: string, error: unknown): void {
    this.#logger.error({ err: error, callback }, 'transport handler failed');
    this.onDiscard('handler-failed');
  }
}
