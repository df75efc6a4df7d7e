import type { DiscardReason } from './discard-reason.ts';
import type { TransportLimits } from './transport-limits.ts';

/** Counts connections, and decides whether one more may be accepted. */
export class ConnectionAdmission {
  readonly #limits: TransportLimits;
  readonly #unprovenByAddress = new Map<string, number>();
  #unproven = 0;
  #total = 0;

  constructor(limits: TransportLimits) {
    this.#limits = limits;
  }

  get total(): number {
    return this.#total;
  }

  /** Takes a place for a connection from `address`, or says why there is none. Every place taken is given back by its `release`. */
  admit(address: string): AdmittedPlace | DiscardReason {
    if (this.#total >= this.#limits.maxConnections || this.#unproven >= this.#limits.maxUnprovenConnections) {
      return 'connection-limit';
    }
    const ofAddress = this.#unprovenByAddress.get(address) ?? 0;
    if (ofAddress >= this.#limits.maxUnprovenPerAddress) return 'connection-limit-address';
    this.#total += 1;
    this.#unproven += 1;
    this.#unprovenByAddress.set(address, ofAddress + 1);
    return this.#place(() => this.#leaveUnproven(address));
  }

  /** Takes a place for a connection that we open; undefined when all are taken. */
  admitOutgoing(): AdmittedPlace | undefined {
    if (this.#total >= this.#limits.maxConnections) return undefined;
    this.#total += 1;
    return this.#place(() => {});
  }

  #place(leaveUnproven: () => void): AdmittedPlace {
    let unproven = true;
    let taken = true;
    const prove = (): void => {
      if (unproven) leaveUnproven();
      unproven = false;
    };
    const release = (): void => {
      prove();
      if (taken) this.#total -= 1;
      taken = false;
    };
    return { prove, release };
  }

  #leaveUnproven(address: string): void {
    this.#unproven -= 1;
    const ofAddress = this.#unprovenByAddress.get(address)! - 1;
    if (ofAddress === 0) this.#unprovenByAddress.delete(address);
    else this.#unprovenByAddress.set(address, ofAddress);
  }
}

/** One connection's share of the limits. Both calls are idempotent. */
export interface AdmittedPlace {
  /** The peer proved who it is: the connection no longer counts against its address. */
  prove(): void;
  release(): void;
}
