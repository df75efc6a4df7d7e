import type { CallDetailRecord } from '@manyline/pbx';
import type { CallDetailRecord as CallDetailRecordRow, Prisma } from '../generated/client.ts';
import type { TenantClient } from './tenant-client.ts';

/** A place in the list: the record that was seen last. */
export interface CallDetailRecordPosition {
  readonly startedAt: Date;
  readonly id: string;
}

export interface CallDetailRecordFilter {
  /** Start of the call: from this moment on. */
  readonly from?: Date;
  /** Start of the call: before this moment. */
  readonly to?: Date;
  readonly caller?: string;
  readonly called?: string;
  readonly result?: string;
}

export interface CallDetailRecordPage extends CallDetailRecordFilter {
  readonly limit: number;
  readonly after?: CallDetailRecordPosition;
}

export class CallDetailRecordRepository {
  readonly #client: TenantClient;
  readonly #tenantId: string;

  constructor(client: TenantClient, tenantId: string) {
    this.#client = client;
    this.#tenantId = tenantId;
  }

  /** Newest first. */
  async list({ limit, after, ...filter }: CallDetailRecordPage): Promise<CallDetailRecord[]> {
    const rows = await this.#client.callDetailRecord.findMany({
      where: { AND: [matching(filter), after === undefined ? {} : olderThan(after)] },
      orderBy: [{ startedAt: 'desc' }, { id: 'desc' }],
      take: limit,
    });
    return rows.map(toCallDetailRecord);
  }

  async find(id: string): Promise<CallDetailRecord | null> {
    const row = await this.#client.callDetailRecord.findUnique({
      where: { tenantId_id: { tenantId: this.#tenantId, id } },
    });
    return row && toCallDetailRecord(row);
  }

  /**
   * Writes what is not there yet; a record that comes twice is written once. All must be of this tenant.
   * One statement with one parameter: Prisma's own way is many times as dear, and every call comes here.
   */
  async save(records: readonly CallDetailRecord[]): Promise<void> {
    await this.#client.$executeRaw`
      INSERT INTO cdrs (
        tenant_id, id, call_id, caller, called, direction, started_at, answered_at, ended_at, duration_seconds,
        result, release_cause, released_by, sip_status, reasons, quality
      )
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(records)}::jsonb) AS record (
        "tenantId" uuid, "id" uuid, "callId" text, "caller" text, "called" text, "direction" text,
        "startedAt" timestamptz, "answeredAt" timestamptz, "endedAt" timestamptz, "durationSeconds" integer,
        "result" text, "releaseCause" text, "releasedBy" text, "sipStatus" integer, "reasons" jsonb, "quality" jsonb
      )
      ON CONFLICT DO NOTHING`;
  }
}

function matching({ from, to, caller, called, result }: CallDetailRecordFilter): Prisma.CallDetailRecordWhereInput {
  return {
    ...(caller !== undefined && { caller }),
    ...(called !== undefined && { called }),
    ...(result !== undefined && { result }),
    startedAt: { ...(from && { gte: from }), ...(to && { lt: to }) },
  };
}

function olderThan({ startedAt, id }: CallDetailRecordPosition): Prisma.CallDetailRecordWhereInput {
  return { OR: [{ startedAt: { lt: startedAt } }, { startedAt, id: { lt: id } }] };
}

function toCallDetailRecord(row: CallDetailRecordRow): CallDetailRecord {
  const { createdAt: _createdAt, ...columns } = row;
  return {
    ...columns,
    direction: row.direction as CallDetailRecord['direction'],
    startedAt: row.startedAt.toISOString(),
    answeredAt: row.answeredAt?.toISOString() ?? null,
    endedAt: row.endedAt.toISOString(),
    result: row.result as CallDetailRecord['result'],
    releaseCause: row.releaseCause as CallDetailRecord['releaseCause'],
    releasedBy: row.releasedBy as CallDetailRecord['releasedBy'],
    reasons: row.reasons as unknown as CallDetailRecord['reasons'],
    quality: row.quality as unknown as CallDetailRecord['quality'],
  };
}
