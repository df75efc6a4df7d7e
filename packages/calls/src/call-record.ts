import type { CallDetailRecord, CallQuality, CallResult, LiveCall, RoutingReason } from '@manyline/pbx';
import type { Release } from './release.ts';

export interface EndedCall {
  readonly id: string;
  readonly tenantId: string;
  readonly callId: string;
  readonly caller: string;
  readonly called: string;
  /** Times in milliseconds since the epoch. */
  readonly startedAt: number;
  readonly answeredAt: number | null;
  readonly endedAt: number;
  readonly release: Release;
  readonly reasons: readonly RoutingReason[];
  readonly quality: CallQuality;
}

/** The record of a call that is over. */
export function callDetailRecord(call: EndedCall): CallDetailRecord {
  const { release, answeredAt, startedAt, endedAt, ...rest } = call;
  return {
    ...rest,
    direction: 'internal',
    startedAt: new Date(startedAt).toISOString(),
    answeredAt: answeredAt === null ? null : new Date(answeredAt).toISOString(),
    endedAt: new Date(endedAt).toISOString(),
    durationSeconds: answeredAt === null ? 0 : Math.ceil((endedAt - answeredAt) / 1000),
    result: answeredAt === null ? unanswered(release.result) : 'answered',
    releaseCause: release.cause,
    releasedBy: release.by,
    sipStatus: answeredAt === null ? release.sipStatus : null,
  };
}

/** No record says `answered` without the time of the answer. */
function unanswered(result: CallResult): CallResult {
  return result === 'answered' ? 'failed' : result;
}

/** The record of a call whose worker died: it ended at the worker's last sign of life. */
export function recordOfLostCall(call: LiveCall, lastSignOfLifeMs: number): CallDetailRecord {
  const startedAt = Date.parse(call.startedAt);
  const answeredAt = call.answeredAt === null ? null : Date.parse(call.answeredAt);
  return callDetailRecord({
    ...call,
    startedAt,
    answeredAt,
    endedAt: Math.max(lastSignOfLifeMs, answeredAt ?? startedAt),
    release: { result: 'failed', cause: 'server-failure', by: 'server', sipStatus: null },
    reasons: [{ code: 'server-failure', text: 'The server stopped while the call was in progress.' }],
    quality: { lossPercent: null, jitterMs: null, mos: null },
  });
}
