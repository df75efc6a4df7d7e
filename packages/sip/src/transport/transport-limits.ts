/** What one peer, and all of them together, may take of the transports. */
export interface TransportLimits {
  /** Octets of a header block on a stream. */
  maxHeaderBytes: number;
  /** Octets of a body on a stream. */
  maxBodyBytes: number;
  /** From a message's first octet to the end of its header block. */
  headerTimeoutMs: number;
  /** From the end of the header block to the end of the body. */
  bodyTimeoutMs: number;
  /** For opening a connection, and for the TLS handshake on either side. */
  handshakeTimeoutMs: number;
  /** Silence on a connection whose peer has not proved itself; keep-alives do not break it. */
  idleTimeoutMs: number;
  /** Silence on a connection that is kept open, or that we opened. */
  keptIdleTimeoutMs: number;
  /** Octets that wait for a peer which does not read. */
  maxQueuedBytes: number;
  /** Connections of the process. */
  maxConnections: number;
  /** Accepted connections whose peers have not proved themselves: of the process, and of one address. */
  maxUnprovenConnections: number;
  maxUnprovenPerAddress: number;
  /** UDP flows that are remembered; older ones are made anew when needed. */
  maxUdpFlows: number;
}

export const defaultTransportLimits: TransportLimits = {
  maxHeaderBytes: 32 * 1024,
  maxBodyBytes: 64 * 1024,
  headerTimeoutMs: 10_000,
  bodyTimeoutMs: 20_000,
  handshakeTimeoutMs: 10_000,
  idleTimeoutMs: 120_000,
  keptIdleTimeoutMs: 3_600_000,
  maxQueuedBytes: 1024 * 1024,
  maxConnections: 16_384,
  maxUnprovenConnections: 4_000,
  maxUnprovenPerAddress: 512,
  maxUdpFlows: 32_768,
};
