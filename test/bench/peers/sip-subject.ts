import type { CpuAccount } from '../cpu-account.ts';

export interface BenchUser {
  readonly number: string;
  readonly password: string;
}

/** A running SIP server under load: what the benches `register` and `calls` need to know of it. */
export interface SipSubject {
  readonly name: 'manyline' | 'kamailio';
  /** `host:port`, UDP. */
  readonly target: string;
  readonly domain: string;
  readonly users: readonly BenchUser[];
  readonly cpu: CpuAccount;
  stop(): Promise<void>;
}
