import type { CpuAccount } from '../cpu-account.ts';

/** The two ports of a relayed call: towards the first and towards the second party. */
export interface RelayedCall {
  readonly portTowardsA: number;
  readonly portTowardsB: number;
}

/** A running media relay under load, on 127.0.0.1. */
export interface RelaySubject {
  readonly name: 'manyline' | 'rtpengine';
  readonly cpu: CpuAccount;
  /** Opens a call between parties that receive at these ports of 127.0.0.1. */
  openCall(partyAPort: number, partyBPort: number): Promise<RelayedCall>;
  closeCalls(): Promise<void>;
  stop(): Promise<void>;
}

/** Where the relays open their ports; the subjects run one after the other. */
export const rtpPorts = portRange(process.env.BENCH_RTP_PORTS ?? '20000-27999');

function portRange(text: string): { first: number; last: number } {
  const [first, last] = text.split('-').map(Number);
  if (first === undefined || last === undefined || !(first < last))
    throw new Error(`BENCH_RTP_PORTS is not a range: ${text}`);
  return { first, last };
}
