/** The messages between a SIP worker and the media process; README.md describes the exchange. */
import type { LegStatistics } from '../leg-statistics.ts';
import type { MediaFailure } from '../media-error.ts';

/** The ports of a leg that was opened. */
export interface OpenedLeg {
  readonly legId: string;
  readonly rtpPort: number;
  readonly rtcpPort: number;
}

/** Where a leg's peer is, from its last offer or answer. */
export interface LegRemote {
  /** The address of c=: IPv4 or IPv6 without brackets. */
  readonly address: string;
  readonly rtpPort: number;
  /** rtpPort + 1 when left out. */
  readonly rtcpPort?: number;
  /** The source address of that leg's SIP messages: where the peer is seen from behind a NAT. */
  readonly signallingAddress: string;
  /** The RTP clock rate, for jitter; 8000 when left out. */
  readonly clockRate?: number;
  /** Payload types that may begin a stream from a source that is not yet known; any when left out. */
  readonly payloadTypes?: readonly number[];
  /** On hold silence is allowed for an hour instead of a minute. */
  readonly onHold?: boolean;
}

/** What a thread of the media process carries out, in order. */
export type MediaCommand =
  | { readonly op: 'openLegs'; readonly sessionId: string; readonly legIds: readonly string[] }
  | { readonly op: 'updateLeg'; readonly sessionId: string; readonly legId: string; readonly remote: LegRemote | null }
  | { readonly op: 'connectLegs'; readonly sessionId: string; readonly legA: string; readonly legB: string }
  | { readonly op: 'closeLegs'; readonly sessionId: string; readonly legIds: readonly string[] }
  | { readonly op: 'closeSession'; readonly sessionId: string };

/** By operation, what a successful answer carries as `result`. */
export interface MediaResults {
  openLegs: OpenedLeg[];
  updateLeg: null;
  connectLegs: null;
  closeLegs: LegStatistics[];
  closeSession: LegStatistics[];
  hello: null;
  claim: { readonly missing: string[] };
}

/** Requests about the connection itself. `hello` is the first on each connection. */
export type ConnectionRequest =
  | { readonly op: 'hello'; readonly protocol: number; readonly clientId: string }
  | { readonly op: 'claim'; readonly sessionIds: readonly string[] };

export type MediaRequest = MediaCommand | ConnectionRequest;

export type MediaResult = MediaResults[keyof MediaResults];

export type MediaResponse =
  | { readonly id: number; readonly result: MediaResult }
  | { readonly id: number; readonly error: MediaFailure };

export interface MediaEvent {
  readonly event: 'mediaTimeout';
  readonly sessionId: string;
  readonly legId: string;
}

export const PROTOCOL_VERSION = 1;
