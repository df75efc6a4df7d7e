import type { CallDetailRecord, LiveCall, Registration } from '@manyline/pbx';

export function aRegistration(changes: Partial<Registration> = {}): Registration {
  return {
    id: 'r1',
    tenantId: 'acme',
    localUserId: 'u1',
    number: '100',
    contact: 'sip:100@192.0.2.1:5060',
    transport: 'UDP',
    sourceAddress: '192.0.2.1:5060',
    userAgent: 'phone',
    instanceId: '',
    callId: 'c1',
    cseq: 1,
    q: 1000,
    path: [],
    registeredAt: 1_000,
    expiresAt: Number.MAX_SAFE_INTEGER,
    ...changes,
  };
}

export function aLiveCall(changes: Partial<LiveCall> = {}): LiveCall {
  return {
    id: 'call-1',
    tenantId: 'acme',
    callId: 'abc@phone',
    caller: '100',
    called: '101',
    startedAt: '2026-01-01T00:00:00.000Z',
    answeredAt: null,
    ...changes,
  };
}

export function aCallDetailRecord(id: string): CallDetailRecord {
  return {
    id,
    tenantId: 'acme',
    callId: 'abc@phone',
    caller: '100',
    called: '101',
    direction: 'internal',
    startedAt: '2026-01-01T00:00:00.000Z',
    answeredAt: null,
    endedAt: '2026-01-01T00:00:05.000Z',
    durationSeconds: 0,
    result: 'no-answer',
    releaseCause: 'no-answer',
    releasedBy: 'server',
    sipStatus: 480,
    reasons: [],
    quality: { lossPercent: null, jitterMs: null, mos: null },
  };
}
