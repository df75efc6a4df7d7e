import { type Timer, TypedEmitter } from '@manyline/kernel';
import type { Dialog } from '../dialog/index.ts';
import type { SipRequest } from '../message/index.ts';
import { SipResponse } from '../message/index.ts';
import type { Flow } from '../transport/index.ts';
import { AwaitedAck } from './awaited-ack.ts';
import { ALLOWED_METHODS, refusalOfMethod } from './methods.ts';
import { Reoffer } from './reoffer.ts';
import type { SessionPort } from './session-port.ts';

/** Who ended a session, and how. `ack-timeout`: our 200 was never acknowledged. */
export type SessionEnd = 'peer-bye' | 'local-bye' | 'ack-timeout' | 'not-established';

export interface InviteSessionEvents {
  /** The session is over; emitted once. */
  ended: [end: SessionEnd];
  /** The peer wants another session description; settle it. */
  reoffer: [reoffer: Reoffer];
  /** The peer's answer, in an ACK, to an offer that our 2xx carried. */
  answer: [body: Buffer];
  /** The ACK for our first 2xx is here. */
  acknowledged: [];
}

/** The peer's verdict on our re-INVITE: its SDP, or the status with which it refused (408 for silence). */
export type ReinviteOutcome = { readonly body: Buffer } | { readonly statusCode: number };

/** How long the peer may keep our re-INVITE waiting after a provisional response. */
const REINVITE_PATIENCE_MS = 32_000;

type State = 'early' | 'confirmed' | 'ended';

/**
 * One INVITE session, on either side of it (RFC 3261 §12–15): in-dialog requests in both directions, the ACK of our
 * 2xx, re-INVITE with glare, BYE. It does not know what the bodies mean.
 */
export class InviteSession extends TypedEmitter<InviteSessionEvents> {
  readonly dialog: Dialog;
  readonly #port: SessionPort;
  readonly #awaitedAcks = new Map<number, AwaitedAck>();
  #state: State = 'early';
  #pendingReoffer: Reoffer | undefined;
  /** Gives up our re-INVITE that waits for its final response. */
  #abandonReinvite: (() => void) | undefined;
  #byeHeaders: readonly [string, string][] | undefined;

  constructor(port: SessionPort, dialog: Dialog) {
    super();
    this.#port = port;
    this.dialog = dialog;
    port.addSession(this);
  }

  get ended(): boolean {
    return this.#state === 'ended';
  }

  get confirmed(): boolean {
    return this.#state === 'confirmed';
  }

  /** The 2xx is here (client side). */
  confirm(): void {
    if (this.#state === 'early') this.#state = 'confirmed';
  }

  /** The 2xx went out (server side): it is repeated until `sequence` is acknowledged. */
  confirmWithResponse(sequence: number, resend: () => void): void {
    this.confirm();
    this.#awaitAck(sequence, resend);
  }

  #awaitAck(sequence: number, resend: () => void): void {
    const awaited = new AwaitedAck(this.#port.clock, resend, () => {
      this.#awaitedAcks.delete(sequence);
      this.#sendBye(this.#byeHeaders ?? []);
      this.#end('ack-timeout');
    });
    this.#awaitedAcks.set(sequence, awaited);
  }

  /** A request that belongs to this dialog. */
  receive(request: SipRequest, flow: Flow): void {
    if (request.method === 'ACK') {
      this.#receiveAck(request, flow);
      return;
    }
    const transaction = this.#port.createServerTransaction(request, flow);
    const respond = (statusCode: number, headers: readonly [string, string][] = []): void =>
      transaction.respond(SipResponse.create(request, statusCode, { headers }));
    if (this.dialog.receive(request, flow) === 'out-of-order') {
      respond(500, [['Warning', '399 manyline "CSeq number is out of order"']]);
      return;
    }
    switch (request.method) {
      case 'BYE':
        respond(200);
        this.#receiveBye();
        return;
      case 'INVITE':
      case 'UPDATE':
        this.#receiveOffer(request, flow, transaction, respond);
        return;
      case 'INFO':
      case 'MESSAGE':
      case 'OPTIONS':
        // Session keep-alive: answered at once, never passed on.
        respond(200, [['Allow', ALLOWED_METHODS]]);
        return;
      case 'PRACK':
        respond(481);
        return;
      default:
        respond(refusalOfMethod(request.method), [['Allow', ALLOWED_METHODS]]);
    }
  }

  #receiveAck(request: SipRequest, flow: Flow): void {
    const awaited = this.#awaitedAcks.get(request.cseq.sequence);
    if (awaited === undefined) return;
    awaited.close();
    this.#awaitedAcks.delete(request.cseq.sequence);
    this.dialog.receive(request, flow);
    if (request.body.length > 0) this.emit('answer', request.body);
    this.emit('acknowledged');
    if (this.#byeHeaders !== undefined) {
      this.#sendBye(this.#byeHeaders);
      this.#byeHeaders = undefined;
    }
  }

  #receiveBye(): void {
    // A BYE is also the end of a pending re-INVITE (RFC 3261 §15.1.2).
    this.#pendingReoffer?.reject(487);
    this.#end('peer-bye');
  }

  #receiveOffer(
    request: SipRequest,
    flow: Flow,
    transaction: ReturnType<SessionPort['createServerTransaction']>,
    respond: (statusCode: number, headers?: readonly [string, string][]) => void,
  ): void {
    const hasBody = request.body.length > 0;
    if (request.method === 'UPDATE' && !hasBody) {
      respond(200, [['Contact', this.#port.contactFor(flow)]]);
      return;
    }
    if (hasBody && request.contentType !== 'application/sdp') {
      respond(415, [['Accept', 'application/sdp']]);
      return;
    }
    // RFC 3261 §14.2: one offer at a time; 500 while an earlier one of the peer is pending, 491 while ours is.
    if (this.#pendingReoffer !== undefined) {
      respond(500, [['Retry-After', '2']]);
      return;
    }
    if (this.#abandonReinvite !== undefined || this.#state !== 'confirmed') {
      respond(491);
      return;
    }
    this.dialog.refreshTarget(request);
    const reoffer = new Reoffer(
      request,
      transaction,
      this.#port.contactFor(flow),
      (response) => {
        if (request.method === 'INVITE') this.#awaitAck(request.cseq.sequence, () => transaction.respond(response));
      },
      () => {
        this.#pendingReoffer = undefined;
      },
    );
    this.#pendingReoffer = reoffer;
    this.emit('reoffer', reoffer);
  }

  /** Offers another session description to the peer (RFC 3261 §14.1); never rejects. */
  reinvite(body: Buffer): Promise<ReinviteOutcome> {
    if (this.#state !== 'confirmed' || this.#abandonReinvite !== undefined || this.#pendingReoffer !== undefined) {
      return Promise.resolve({ statusCode: 491 });
    }
    return new Promise((resolve) => {
      const flow = this.#port.flowFor(this.dialog);
      const request = this.dialog.createRequest(
        'INVITE',
        [
          ['Contact', this.#port.contactFor(flow)],
          ['Allow', ALLOWED_METHODS],
          ['Content-Type', 'application/sdp'],
        ],
        body,
      );
      let ack: Buffer | undefined;
      let ackFlow = flow;
      let patience: Timer | undefined;
      const settle = (outcome: ReinviteOutcome): void => {
        patience?.cancel();
        if (this.#abandonReinvite === abandon) this.#abandonReinvite = undefined;
        resolve(outcome);
      };
      const abandon = (): void => {
        transaction.cancel();
        settle({ statusCode: 408 });
      };
      this.#abandonReinvite = abandon;
      const transaction = this.#port.sendRequest(request, flow, {
        onResponse: (response) => {
          if (response.isProvisional) {
            patience ??= this.#port.clock.after(REINVITE_PATIENCE_MS, abandon);
            return;
          }
          if (!response.isSuccess) {
            settle({ statusCode: response.statusCode });
            return;
          }
          if (ack !== undefined) {
            ackFlow.send(ack);
            return;
          }
          this.dialog.refreshTarget(response);
          ackFlow = this.#port.flowFor(this.dialog);
          ack = this.#port.sendAck(this.dialog.createAck(request.cseq.sequence), ackFlow);
          settle({ body: response.body });
        },
        onTimeout: () => settle({ statusCode: 408 }),
        onTransportError: () => settle({ statusCode: 503 }),
      });
    });
  }

  /**
   * Ends the session with BYE. On the server side a BYE has to wait for the ACK of our 2xx or its time-out
   * (RFC 3261 §15); the session counts as ended at once.
   */
  bye(headers: readonly [string, string][] = []): void {
    if (this.#state === 'ended') return;
    if (this.#state === 'early') {
      this.#end('not-established');
      return;
    }
    if (this.#awaitedAcks.size > 0) {
      this.#byeHeaders = headers;
      this.#finish('local-bye');
      return;
    }
    this.#sendBye(headers);
    this.#finish('local-bye');
  }

  #sendBye(headers: readonly [string, string][]): void {
    this.#pendingReoffer?.reject(487);
    const leave = (): void => this.#port.removeSession(this);
    this.#port.sendRequest(this.dialog.createRequest('BYE', headers), this.#port.flowFor(this.dialog), {
      onResponse: (response) => {
        if (response.isFinal) leave();
      },
      onTimeout: leave,
      onTransportError: leave,
    });
  }

  /** Over without a BYE of ours: the peer's BYE, a lost dialog, an invitation that came to nothing. */
  #end(end: SessionEnd): void {
    for (const awaited of this.#awaitedAcks.values()) awaited.close();
    this.#awaitedAcks.clear();
    if (end !== 'ack-timeout') this.#port.removeSession(this);
    this.#finish(end);
  }

  #finish(end: SessionEnd): void {
    if (this.#state === 'ended') return;
    this.#state = 'ended';
    this.#abandonReinvite?.();
    this.emit('ended', end);
  }

  /** Ends without a word: the invitation came to nothing. */
  drop(): void {
    this.#end('not-established');
  }
}
