/** One registered contact of a local user (RFC 3261 §10.3), as kept in Redis and mirrored by the owner. */
export interface Registration {
  readonly id: string;
  readonly tenantId: string;
  readonly localUserId: string;
  /** The address-of-record's user part. */
  readonly number: string;
  /** The Contact URI as registered, without header parameters. */
  readonly contact: string;
  readonly transport: 'UDP' | 'TCP' | 'TLS' | 'WS' | 'WSS';
  /** Where the REGISTER came from, `address:port`, IPv6 in brackets. */
  readonly sourceAddress: string;
  readonly userAgent: string;
  /** `+sip.instance` (RFC 5626 §4.1) or empty. */
  readonly instanceId: string;
  readonly callId: string;
  readonly cseq: number;
  /** Contact preference 0–1000 (q × 1000). */
  readonly q: number;
  /** Path header values (RFC 3327), outermost first. */
  readonly path: readonly string[];
  /** Milliseconds since the epoch. */
  readonly registeredAt: number;
  readonly expiresAt: number;
}
