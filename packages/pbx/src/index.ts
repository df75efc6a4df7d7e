export type {
  CallDetailRecord,
  CallQuality,
  CallResult,
  ReleaseCause,
  ReleasedBy,
  RoutingReason,
} from './call-detail-record.ts';
export type { LiveCall } from './live-call.ts';
export type { Registration } from './registration.ts';
export { brokenCallLimit, type CallCounts, type CallLimit, mayReceiveCall } from './routing/call-limits.ts';
export { type RouteDecision, type RouteRequest, route } from './routing/route.ts';
export type { DigestAlgorithm, LocalUser, TenantDirectoryEntry, TenantSnapshot } from './tenant-snapshot.ts';
