import type { CallCounts } from '@manyline/pbx';

interface UserCalls {
  total: number;
  outgoing: number;
}

/** Counts the calls in progress of each tenant and user of this worker. */
export class CallCounters {
  readonly #tenants = new Map<string, number>();
  readonly #users = new Map<string, UserCalls>();

  /** Counts a call from `callerId` to `calleeId`; the returned function takes it out again, once. */
  enter(tenantId: string, callerId: string, calleeId: string): () => void {
    this.#change(tenantId, callerId, calleeId, 1);
    let entered = true;
    return () => {
      if (!entered) return;
      entered = false;
      this.#change(tenantId, callerId, calleeId, -1);
    };
  }

  countsFor(tenantId: string, userId: string): CallCounts {
    const user = this.#users.get(userId);
    return { tenant: this.#tenants.get(tenantId) ?? 0, caller: user?.total ?? 0, callerOutgoing: user?.outgoing ?? 0 };
  }

  #change(tenantId: string, callerId: string, calleeId: string, step: 1 | -1): void {
    const tenantCalls = (this.#tenants.get(tenantId) ?? 0) + step;
    if (tenantCalls === 0) this.#tenants.delete(tenantId);
    else this.#tenants.set(tenantId, tenantCalls);
    this.#changeUser(callerId, step, step);
    if (calleeId !== callerId) this.#changeUser(calleeId, step, 0);
  }

  #changeUser(userId: string, total: number, outgoing: number): void {
    const calls = this.#users.get(userId) ?? { total: 0, outgoing: 0 };
    calls.total += total;
    calls.outgoing += outgoing;
    if (calls.total === 0) this.#users.delete(userId);
    else this.#users.set(userId, calls);
  }
}
