import { Dialog } from '../dialog/index.ts';
import type { SipRequest } from '../message/index.ts';
import { SipResponse } from '../message/index.ts';
import type { InviteServerTransaction } from '../transaction/index.ts';
import type { Flow } from '../transport/index.ts';
import { InviteSession } from './invite-session.ts';
import { ALLOWED_METHODS } from './methods.ts';
import type { SessionPort } from './session-port.ts';
import { newTag } from './tag.ts';

export interface ResponseContent {
  readonly reasonPhrase?: string;
  readonly headers?: readonly [string, string][];
  readonly body?: Buffer;
}

/** By CANCEL or a BYE to the early dialog, or because the connection that the INVITE came by is gone. */
export type CancelReason = 'given-up' | 'connection-lost';

/** An INVITE that we were sent and have not answered finally (RFC 3261 §13.3). */
export class IncomingInvite {
  readonly request: SipRequest;
  readonly flow: Flow;
  readonly session: InviteSession;
  readonly #port: SessionPort;
  readonly #transaction: InviteServerTransaction;
  readonly #localTag = newTag();
  #answered = false;
  /** The caller is gone before our final answer; 487 is sent already. */
  onCancel: (reason: CancelReason) => void = () => {};

  constructor(port: SessionPort, request: SipRequest, flow: Flow, transaction: InviteServerTransaction) {
    this.#port = port;
    this.request = request;
    this.flow = flow;
    this.#transaction = transaction;
    this.session = new InviteSession(port, Dialog.fromServer(request, this.#localTag, flow));
    this.session.once('ended', () => this.cancelled());
    transaction.respond(SipResponse.create(request, 100));
  }

  get answered(): boolean {
    return this.#answered;
  }

  /** 180, 181, 182 or 183 with our To tag and Contact. */
  progress(statusCode: number, content: ResponseContent = {}): void {
    if (this.#answered) return;
    this.#transaction.respond(this.#response(statusCode, content, true));
  }

  /** 200: the session is up; it is repeated until the ACK. */
  accept(content: ResponseContent): InviteSession {
    if (this.#answered) return this.session;
    this.#answered = true;
    const response = this.#response(
      200,
      { ...content, headers: [['Allow', ALLOWED_METHODS], ...(content.headers ?? [])] },
      true,
    );
    this.#transaction.respond(response);
    this.session.confirmWithResponse(this.request.cseq.sequence, () => this.#transaction.respond(response));
    return this.session;
  }

  /** A final answer of 300–699; idempotent. */
  reject(statusCode: number, content: ResponseContent = {}): void {
    if (this.#answered) return;
    this.#answered = true;
    this.#transaction.respond(this.#response(statusCode, content, false));
    this.session.drop();
  }

  /** The user agent saw a CANCEL for this transaction (the CANCEL itself is answered by the transaction layer). */
  cancelled(reason: CancelReason = 'given-up'): void {
    if (this.#answered) return;
    this.reject(487);
    this.onCancel(reason);
  }

  #response(statusCode: number, content: ResponseContent, withContact: boolean): SipResponse {
    const headers: [string, string][] = withContact ? [['Contact', this.#port.contactFor(this.flow)]] : [];
    if (content.headers !== undefined) headers.push(...content.headers);
    if (content.body !== undefined) headers.push(['Content-Type', 'application/sdp']);
    return SipResponse.create(this.request, statusCode, {
      reasonPhrase: content.reasonPhrase,
      toTag: this.#localTag,
      headers,
      body: content.body,
    });
  }
}
