import type { LegStatistics } from '../leg-statistics.ts';

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
  /** On hold silence is allowed for an hour instead of a minute. */
  readonly onHold?: boolean;
}

/** The answer to `statistics` of one session. */
export type SessionStatistics = readonly LegStatistics[];
