import type { LocalUser, TenantSnapshot } from '../tenant-snapshot.ts';

/** The calls in progress that count against the limits of a tenant and its users. */
export interface CallCounts {
  readonly tenant: number;
  /** Of the caller, incoming and outgoing together, without the new one. */
  readonly caller: number;
  readonly callerOutgoing: number;
}

export type CallLimit = 'tenant-concurrent-calls' | 'user-concurrent-calls' | 'user-outgoing-calls';

/** The limit that one more call of `caller` would break, or undefined. */
export function brokenCallLimit(
  snapshot: TenantSnapshot,
  caller: LocalUser,
  counts: CallCounts,
): CallLimit | undefined {
  if (counts.tenant >= snapshot.maxConcurrentCalls) return 'tenant-concurrent-calls';
  if (isReached(caller.maxConcurrentCalls, counts.caller)) return 'user-concurrent-calls';
  if (isReached(caller.maxOutgoingCalls, counts.callerOutgoing)) return 'user-outgoing-calls';
  return undefined;
}

/** Whether `callee`, who has `calls` in progress, may be rung once more. */
export function mayReceiveCall(callee: LocalUser, calls: number): boolean {
  return !isReached(callee.maxConcurrentCalls, calls);
}

function isReached(limit: number | null, calls: number): boolean {
  return limit !== null && calls >= limit;
}
