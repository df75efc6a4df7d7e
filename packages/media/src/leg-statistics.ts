/** What a leg received and sent, as reported when it is closed (RFC 3550 §6.4.1 for loss and jitter). */
export interface LegStatistics {
  readonly legId: string;
  /** RTP packets accepted from the peer. */
  readonly packetsReceived: number;
  readonly bytesReceived: number;
  /** RTP packets sent to the peer. */
  readonly packetsSent: number;
  readonly bytesSent: number;
  /** Expected by sequence number less received; never below 0. */
  readonly packetsLost: number;
  /** Interarrival jitter in milliseconds, at the last packet. */
  readonly jitterMs: number;
  /** Packets dropped: wrong source, not RTP, over the rate, before the remote was known. */
  readonly discarded: number;
  /** Milliseconds since the epoch, or null when no packet came. */
  readonly lastPacketAt: number | null;
}
