import { Dialog } from '../dialog/index.ts';
import type { SipResponse } from '../message/index.ts';
import { SipRequest } from '../message/index.ts';
import type { ClientTransaction } from '../transaction/index.ts';
import type { Flow } from '../transport/index.ts';
import { InviteSession } from './invite-session.ts';
import { ALLOWED_METHODS } from './methods.ts';
import type { SessionPort } from './session-port.ts';
import { newTag } from './tag.ts';

export interface Invitation {
  /** Request-URI. */
  readonly uri: string;
  readonly flow: Flow;
  /** From value without a tag. */
  readonly from: string;
  /** To value. */
  readonly to: string;
  readonly callId: string;
  readonly headers: readonly [string, string][];
  readonly body: Buffer;
}

export interface InvitationListener {
  /** 101–199. */
  onProgress(response: SipResponse): void;
  /** The first 2xx; it is acknowledged already. */
  onAnswered(session: InviteSession, response: SipResponse): void;
  /** A final 300–699, silence (408) or a transport failure (503); also the end of a cancelled invitation (487). */
  onFailed(statusCode: number, response: SipResponse | undefined): void;
}

/**
 * An INVITE that we sent (RFC 3261 §13.2). Every 2xx is acknowledged, its repetitions too; a 2xx of a second fork,
 * or one that crossed our CANCEL, is acknowledged and ended with BYE at once.
 */
export class OutgoingInvite {
  readonly #port: SessionPort;
  readonly #request: SipRequest;
  readonly #flow: Flow;
  readonly #listener: InvitationListener;
  readonly #transaction: ClientTransaction;
  /** By To tag: the ACK of each 2xx, for its repetitions. */
  readonly #acks = new Map<string, { readonly bytes: Buffer; readonly flow: Flow }>();
  #settled = false;
  #cancelled = false;

  constructor(port: SessionPort, invitation: Invitation, listener: InvitationListener) {
    this.#port = port;
    this.#flow = invitation.flow;
    this.#listener = listener;
    this.#request = SipRequest.create({
      method: 'INVITE',
      uri: invitation.uri,
      headers: [
        ['Max-Forwards', '70'],
        ['From', `${invitation.from};tag=${newTag()}`],
        ['To', invitation.to],
        ['Call-ID', invitation.callId],
        ['CSeq', '1 INVITE'],
        ['Contact', port.contactFor(invitation.flow)],
        ['Allow', ALLOWED_METHODS],
        ...invitation.headers,
        ['Content-Type', 'application/sdp'],
      ],
      body: invitation.body,
    });
    this.#transaction = port.sendRequest(this.#request, this.#flow, {
      onResponse: (response) => this.#receive(response),
      onTimeout: () => this.#fail(408, undefined),
      onTransportError: () => this.#fail(503, undefined),
    });
  }

  /** Gives up: CANCEL as soon as RFC 3261 §9.1 allows. The listener hears 487 at once and nothing afterwards. */
  cancel(): void {
    if (this.#settled) return;
    this.#cancelled = true;
    this.#transaction.cancel();
    this.#fail(487, undefined);
  }

  #receive(response: SipResponse): void {
    if (response.isProvisional) {
      if (response.statusCode !== 100 && !this.#settled) this.#listener.onProgress(response);
    } else if (response.isSuccess) {
      this.#receiveSuccess(response);
    } else {
      this.#fail(response.statusCode, response);
    }
  }

  #receiveSuccess(response: SipResponse): void {
    const acknowledged = this.#acks.get(response.toTag);
    if (acknowledged !== undefined) {
      acknowledged.flow.send(acknowledged.bytes);
      return;
    }
    const dialog = Dialog.fromClient(this.#request, response, this.#flow);
    const flow = this.#port.flowFor(dialog);
    this.#acks.set(response.toTag, { bytes: this.#port.sendAck(dialog.createAck(1), flow), flow });
    const session = new InviteSession(this.#port, dialog);
    session.confirm();
    if (this.#settled || this.#cancelled) {
      session.bye();
      return;
    }
    this.#settled = true;
    this.#listener.onAnswered(session, response);
  }

  #fail(statusCode: number, response: SipResponse | undefined): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#listener.onFailed(statusCode, response);
  }
}
