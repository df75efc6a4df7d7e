import type { CallDetailRecord } from '@manyline/pbx';
import { createMetrics } from '@manyline/telemetry';
import { describe, expect, it } from 'vitest';
import { CallRecordWriter } from './call-record-writer.ts';

function aRecord(id: string, tenantId: string): CallDetailRecord {
  return {
    id,
    tenantId,
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

/** A store that refuses the records of one tenant. */
function setup(refusedTenant?: string) {
  const saved: string[] = [];
  const metrics = createMetrics('jobs');
  const database = {
    saveCallDetailRecords: async (records: readonly CallDetailRecord[]) => {
      if (records.some(({ tenantId }) => tenantId === refusedTenant)) throw new Error('no room');
      saved.push(...records.map(({ id }) => id));
    },
  };
  return { saved, metrics, writer: new CallRecordWriter({ database, metrics }) };
}

describe('CallRecordWriter', () => {
  it('writes the records of all tenants and counts them', async () => {
    const { saved, metrics, writer } = setup();
    await writer.write([aRecord('1', 'a'), aRecord('2', 'b'), aRecord('3', 'a')]);
    expect(saved.sort()).toEqual(['1', '2', '3']);
    expect(await metrics.registry.metrics()).toContain('manyline_cdrs_written_total{process="jobs"} 3');
  });

  it("writes the other tenants' records when one tenant's fail, and rejects so that those come again", async () => {
    const { saved, metrics, writer } = setup('b');
    await expect(writer.write([aRecord('1', 'b'), aRecord('2', 'a')])).rejects.toThrow('no room');
    expect(saved).toEqual(['2']);
    expect(await metrics.registry.metrics()).toContain('manyline_cdr_write_failures_total{process="jobs"} 1');
  });
});
