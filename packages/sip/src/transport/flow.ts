import type { SipParseError, SipRequest, SipResponse } from '../message/index.ts';
import type { DiscardReason } from './discard-reason.ts';

/** As in the Via header. */
export type TransportProtocol = 'UDP' | 'TCP' | 'TLS';

/** A way to one peer: a connection, or for UDP a pair of our socket and the peer's address and port (RFC 5626 §2). */
export interface Flow {
  /**
   * Names the flow within this process. A UDP flow's id is made of its addresses, so it outlives a restart;
   * a connection's id is never given twice.
   */
  readonly id: string;
  readonly protocol: TransportProtocol;
  /** Whether the transport delivers or fails, so that transactions do not retransmit. */
  readonly reliable: boolean;
  /** The address and port at which the peer reaches us, for Via and Contact; an IPv6 address has no brackets. */
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  /** False once the connection is gone; never true again. */
  readonly open: boolean;
  /** Sends one message; false when it cannot go out. Bytes are queued while a connection is being opened. */
  send(bytes: Buffer): boolean;
  /** The flow that a response to `request`, which came by this flow, goes by (RFC 3261 §18.2.2, RFC 3581 §4). */
  responseFlow(request: SipRequest): Flow;
  /** The peer proved who it is: an idle connection stays for an hour instead of two minutes. */
  keepOpen(): void;
  /** Ends the connection after what is queued; nothing happens to UDP. */
  close(): void;
}

/** What the transports hand up. What it throws is logged and counted. */
export interface TransportHandler {
  onMessage(message: SipRequest | SipResponse, flow: Flow): void;
  /** A message that breaks a rule. `error.request` is there when it can be answered; the connection may close after this call. */
  onMalformed(error: SipParseError, flow: Flow): void;
  /** A connection ended, or could not be opened. */
  onFlowClosed(flow: Flow): void;
  /** Something was dropped, refused or ended; to be counted. */
  onDiscard(reason: DiscardReason): void;
  /** The system refused a datagram, for example because no route leads to the address. */
  onSendFailed?(flow: Flow): void;
}
