import type { LegRemote, LegStatistics, OpenedLeg } from '@manyline/media';
import type { CallDetailRecord, LiveCall, LocalUser } from '@manyline/pbx';
import type { Flow } from '@manyline/sip';

/** The media process as a call uses it; `MediaClient` of packages/media is one. */
export interface MediaPort {
  openLegs(sessionId: string, legIds: readonly string[]): Promise<readonly OpenedLeg[]>;
  updateLeg(sessionId: string, legId: string, remote: LegRemote | null): Promise<void>;
  connectLegs(sessionId: string, legA: string, legB: string): Promise<void>;
  closeLegs(sessionId: string, legIds: readonly string[]): Promise<readonly LegStatistics[]>;
  closeSession(sessionId: string): Promise<readonly LegStatistics[]>;
}

/** One device that can be rung now. */
export interface DialTarget {
  /** Request-URI: the registered Contact. */
  readonly uri: string;
  /** How it is reached: its connection, or the UDP address it registered from. */
  readonly flow: Flow;
  /** Route values (the Path of its registration, RFC 3327). */
  readonly route: readonly string[];
}

/** Where a tenant's local users are registered; answers from memory. */
export interface LocationPort {
  targetsOf(tenantId: string, user: LocalUser): readonly DialTarget[];
}

/** Hears of the life of calls, to keep what must survive a crash and to write records. Must not throw. */
export interface CallObserver {
  started(call: LiveCall): void;
  answered(call: LiveCall): void;
  ended(record: CallDetailRecord): void;
}
