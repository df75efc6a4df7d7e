import type { SipRequest } from '../message/index.ts';
import { SipResponse } from '../message/index.ts';
import type { ServerTransaction } from '../transaction/index.ts';
import { ALLOWED_METHODS } from './methods.ts';

/**
 * A re-INVITE, or an UPDATE with SDP, that waits for our answer (RFC 3261 §14.2, RFC 3311).
 * `offer` is null when a re-INVITE brought no SDP and asks us to offer.
 */
export class Reoffer {
  readonly offer: Buffer | null;
  readonly #request: SipRequest;
  readonly #transaction: ServerTransaction;
  readonly #contact: string;
  readonly #onSuccess: (response: SipResponse) => void;
  readonly #onSettled: () => void;
  #settled = false;

  constructor(
    request: SipRequest,
    transaction: ServerTransaction,
    contact: string,
    onSuccess: (response: SipResponse) => void,
    onSettled: () => void,
  ) {
    this.offer = request.body.length === 0 ? null : request.body;
    this.#request = request;
    this.#transaction = transaction;
    this.#contact = contact;
    this.#onSuccess = onSuccess;
    this.#onSettled = onSettled;
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** Answers 200 with our SDP (the offer, when we were asked for one); a second settlement is ignored. */
  accept(body: Buffer): void {
    if (this.#settled) return;
    const response = SipResponse.create(this.#request, 200, {
      headers: [
        ['Contact', this.#contact],
        ['Allow', ALLOWED_METHODS],
        ['Content-Type', 'application/sdp'],
      ],
      body,
    });
    this.#settle(response);
    this.#onSuccess(response);
  }

  /** Refuses; the session goes on as it was (RFC 3261 §14.2). */
  reject(statusCode: number, headers: readonly [string, string][] = []): void {
    if (this.#settled) return;
    this.#settle(SipResponse.create(this.#request, statusCode, { headers }));
  }

  #settle(response: SipResponse): void {
    this.#settled = true;
    this.#transaction.respond(response);
    this.#onSettled();
  }
}
