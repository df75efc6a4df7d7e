import type { ReleaseCause, RoutingReason } from '../call-detail-record.ts';
import type { LocalUser, TenantSnapshot } from '../tenant-snapshot.ts';

/** A call that wants to go somewhere: who calls, and what was dialled. */
export interface RouteRequest {
  readonly caller: LocalUser;
  /** The user part of the Request-URI, unescaped. */
  readonly called: string;
}

export type RouteDecision =
  | { readonly kind: 'route'; readonly user: LocalUser; readonly reasons: readonly RoutingReason[] }
  | {
      readonly kind: 'reject';
      readonly sipStatus: number;
      readonly cause: ReleaseCause;
      readonly reasons: readonly RoutingReason[];
    };

/**
 * Decides where a call goes, and says why. Pure: the same snapshot and request give the same decision, so that what a
 * worker does and what a simulation tells cannot differ.
 */
export function route(snapshot: TenantSnapshot, request: RouteRequest): RouteDecision {
  const { called, caller } = request;
  const user = snapshot.localUsers.get(called);
  if (user === undefined) {
    return {
      kind: 'reject',
      sipStatus: 404,
      cause: 'unallocated-number',
      reasons: [{ code: 'number-unknown', text: `${called} is no number of ${snapshot.name}.`, data: { called } }],
    };
  }
  return {
    kind: 'route',
    user,
    reasons: [
      {
        code: 'local-user',
        text: `${called} is the local user ${user.displayName || user.number}.`,
        data: { caller: caller.number, called, localUserId: user.id },
      },
    ],
  };
}
