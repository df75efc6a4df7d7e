/** How a call ended, for people: what the caller met. */
export type CallResult =
  | 'answered'
  | 'busy'
  | 'no-answer'
  | 'declined'
  | 'cancelled'
  | 'unreachable'
  | 'rejected'
  | 'failed';

/** Why a call was released, for support: one stable word each. */
export type ReleaseCause =
  | 'normal-clearing'
  | 'user-busy'
  | 'call-declined'
  | 'no-answer'
  | 'originator-cancel'
  | 'user-not-registered'
  | 'unallocated-number'
  | 'not-acceptable'
  | 'limit-reached'
  | 'ack-timeout'
  | 'media-timeout'
  | 'max-duration'
  | 'network-failure'
  | 'server-shutdown'
  | 'server-failure'
  | 'callee-failure';

export type ReleasedBy = 'caller' | 'called' | 'server';

/** One reason of a routing decision, in words and as data. */
export interface RoutingReason {
  readonly code: string;
  readonly text: string;
  readonly data?: Readonly<Record<string, string | number | boolean | null>>;
}

export interface CallQuality {
  readonly lossPercent: number | null;
  readonly jitterMs: number | null;
  readonly mos: number | null;
}

/** The record of one call, answered or not. Times are RFC 3339 UTC. Written exactly once by `id`. */
export interface CallDetailRecord {
  readonly id: string;
  readonly tenantId: string;
  /** The SIP Call-ID of the calling leg. */
  readonly callId: string;
  readonly caller: string;
  readonly called: string;
  readonly direction: 'internal' | 'incoming' | 'outgoing';
  readonly startedAt: string;
  readonly answeredAt: string | null;
  readonly endedAt: string;
  /** From answer to end, rounded up to whole seconds; 0 when unanswered. */
  readonly durationSeconds: number;
  readonly result: CallResult;
  readonly releaseCause: ReleaseCause;
  readonly releasedBy: ReleasedBy;
  /** The SIP status that the caller was sent when the call was not answered. */
  readonly sipStatus: number | null;
  readonly reasons: readonly RoutingReason[];
  readonly quality: CallQuality;
}
