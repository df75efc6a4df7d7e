import { SipRequest, type SipResponse } from '../message/index.ts';
import type { Flow } from '../transport/index.ts';

/** What RFC 3261 §12 calls the state of a dialog, as one party keeps it. */
interface DialogState {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  /** The From value of the requests that we send, tag included. */
  readonly localAddress: string;
  /** The To value of the requests that we send, tag included. */
  readonly remoteAddress: string;
  readonly routeSet: readonly string[];
  remoteTarget: string;
  localSequence: number;
  remoteSequence: number | undefined;
  flow: Flow;
}

/** How a request stands to the dialog's remote sequence number (RFC 3261 §12.2.2). */
export type SequenceVerdict = 'in-order' | 'out-of-order';

/**
 * One dialog (RFC 3261 §12): the identifiers, the sequence numbers of both directions, the route set and the
 * remote target. It builds requests inside the dialog and judges the order of received ones; it sends nothing.
 */
export class Dialog {
  readonly #state: DialogState;

  private constructor(state: DialogState) {
    this.#state = state;
  }

  /** The dialog of a request that we received and answer with `localTag` (RFC 3261 §12.1.1). */
  static fromServer(request: SipRequest, localTag: string, flow: Flow): Dialog {
    const to = request.headers.get('To') ?? '';
    return new Dialog({
      callId: request.callId,
      localTag,
      remoteTag: request.fromTag,
      localAddress: request.toTag === '' ? `${to};tag=${localTag}` : to,
      remoteAddress: request.headers.get('From') ?? '',
      routeSet: request.recordRoutes.map(String),
      remoteTarget: request.contacts[0]?.uri ?? request.from.uri,
      localSequence: 0,
      remoteSequence: request.cseq.sequence,
      flow,
    });
  }

  /** The dialog that a response to our request made (RFC 3261 §12.1.2). */
  static fromClient(request: SipRequest, response: SipResponse, flow: Flow): Dialog {
    return new Dialog({
      callId: request.callId,
      localTag: request.fromTag,
      remoteTag: response.toTag,
      localAddress: request.headers.get('From') ?? '',
      remoteAddress: response.headers.get('To') ?? '',
      routeSet: response.recordRoutes.map(String).reverse(),
      remoteTarget: response.contacts[0]?.uri ?? request.uri,
      localSequence: request.cseq.sequence,
      remoteSequence: undefined,
      flow,
    });
  }

  get callId(): string {
    return this.#state.callId;
  }

  get localTag(): string {
    return this.#state.localTag;
  }

  get remoteTag(): string {
    return this.#state.remoteTag;
  }

  get remoteTarget(): string {
    return this.#state.remoteTarget;
  }

  /** Whether proxies stand between the peer and us. */
  get hasRouteSet(): boolean {
    return this.#state.routeSet.length > 0;
  }

  /** The flow on which the peer was last heard. */
  get flow(): Flow {
    return this.#state.flow;
  }

  /** Judges a request's CSeq; an out-of-order one is answered 500 (RFC 3261 §12.2.2). */
  receive(request: SipRequest, flow: Flow): SequenceVerdict {
    const { sequence } = request.cseq;
    const { remoteSequence } = this.#state;
    if (remoteSequence !== undefined && sequence < remoteSequence) return 'out-of-order';
    this.#state.remoteSequence = sequence;
    this.#state.flow = flow;
    return 'in-order';
  }

  /** Takes the Contact of a target refresh, INVITE or its 2xx, as the new remote target (RFC 3261 §12.2). */
  refreshTarget(message: SipRequest | SipResponse): void {
    const contact = message.contacts[0];
    if (contact !== undefined) this.#state.remoteTarget = contact.uri;
  }

  /** A new request inside the dialog with the next CSeq number (RFC 3261 §12.2.1.1). */
  createRequest(method: string, headers: readonly [string, string][] = [], body?: Buffer): SipRequest {
    this.#state.localSequence += 1;
    return this.#create(method, this.#state.localSequence, headers, body);
  }

  /** The ACK for a 2xx: the INVITE's CSeq number, a transaction of its own (RFC 3261 §13.2.2.4). */
  createAck(inviteSequence: number, headers: readonly [string, string][] = [], body?: Buffer): SipRequest {
    return this.#create('ACK', inviteSequence, headers, body);
  }

  #create(method: string, sequence: number, headers: readonly [string, string][], body?: Buffer): SipRequest {
    const { callId, localAddress, remoteAddress, remoteTarget, routeSet } = this.#state;
    const { uri, routes } = applyRouteSet(remoteTarget, routeSet);
    return SipRequest.create({
      method,
      uri,
      headers: [
        ['Max-Forwards', '70'],
        ...routes.map((route): [string, string] => ['Route', route]),
        ['From', localAddress],
        ['To', remoteAddress],
        ['Call-ID', callId],
        ['CSeq', `${sequence} ${method}`],
        ...headers,
      ],
      body,
    });
  }
}

/** Request-URI and Route of an in-dialog request; a first route without `lr` is a strict router (RFC 3261 §12.2.1.1). */
function applyRouteSet(remoteTarget: string, routeSet: readonly string[]): { uri: string; routes: readonly string[] } {
  const first = routeSet[0];
  if (first === undefined) return { uri: remoteTarget, routes: [] };
  const firstUri = first.slice(first.indexOf('<') + 1, first.lastIndexOf('>'));
  if (/;lr(?:[;=?]|$)/i.test(firstUri)) return { uri: remoteTarget, routes: routeSet };
  return { uri: firstUri, routes: [...routeSet.slice(1), `<${remoteTarget}>`] };
}
