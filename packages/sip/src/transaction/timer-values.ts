/** The base values of RFC 3261 §17.1.1.1 and table 4, in milliseconds. */
export interface TimerValues {
  /** An estimate of the round-trip time. */
  readonly T1: number;
  /** The longest interval between retransmissions of a non-INVITE request or an INVITE response. */
  readonly T2: number;
  /** How long a message stays in the network. */
  readonly T4: number;
}

export const defaultTimerValues: TimerValues = { T1: 500, T2: 4000, T4: 5000 };
