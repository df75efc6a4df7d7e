/** Digest algorithms of RFC 8760 that a tenant may offer to its phones, most wanted first. */
export type DigestAlgorithm = 'MD5' | 'SHA-256';

/**
 * A phone account as the SIP worker needs it. `ha1` holds H(number:realm:password) in lower-case hex
 * for each algorithm; the password itself never reaches a worker.
 */
export interface LocalUser {
  readonly id: string;
  readonly number: string;
  readonly displayName: string;
  readonly ha1: Readonly<Record<DigestAlgorithm, string>>;
  readonly maxRegistrations: number;
  /** Incoming and outgoing calls together; null is unlimited, 0 forbids all. */
  readonly maxConcurrentCalls: number | null;
  readonly maxOutgoingCalls: number | null;
  /** Longest call in seconds; null is unlimited. */
  readonly maxDurationSeconds: number | null;
  /** Seconds a phone rings before the call counts as unanswered. */
  readonly noAnswerSeconds: number;
}

/** Everything of one tenant that answering a REGISTER or routing a call needs; immutable. */
export interface TenantSnapshot {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  /** Lower case; also the digest realm. */
  readonly sipDomain: string;
  /** Rises with every configuration change of the tenant. */
  readonly version: number;
  readonly timeZone: string;
  readonly locale: 'en' | 'zh';
  readonly outgroupPrefix: string;
  readonly digestAlgorithms: readonly DigestAlgorithm[];
  readonly maxConcurrentCalls: number;
  /** By `number`. */
  readonly localUsers: ReadonlyMap<string, LocalUser>;
}

/** One line of the directory that a worker holds of all tenants: enough to judge a domain without SQL. */
export interface TenantDirectoryEntry {
  readonly id: string;
  readonly sipDomain: string;
  readonly version: number;
  readonly suspended: boolean;
}
