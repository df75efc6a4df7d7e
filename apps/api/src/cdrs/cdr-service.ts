import type { callDetailRecordQuery } from '@manyline/contract';
import type { CallDetailRecord } from '@manyline/pbx';
import { z } from 'zod';
import type { ApiContext } from '../api-context.ts';
import { notFound } from '../api-error.ts';
import { decodeCursor, toPage } from '../http/cursor.ts';

const position = z.tuple([z.iso.datetime(), z.uuid()]);

/** Newest first. */
export async function listCdrs(
  { database }: ApiContext,
  tenantId: string,
  query: z.output<typeof callDetailRecordQuery>,
) {
  const { limit, cursor, from, to, ...equals } = query;
  const after = decodeCursor(cursor, position);
  const found = await database.forTenant(tenantId).run(({ callDetailRecords }) =>
    callDetailRecords.list({
      ...equals,
      limit: limit + 1,
      from: from === undefined ? undefined : new Date(from),
      to: to === undefined ? undefined : new Date(to),
      after: after === undefined ? undefined : { startedAt: new Date(after[0]), id: after[1] },
    }),
  );
  const page = toPage(found, limit, (record) => [record.startedAt, record.id]);
  return { ...page, items: page.items.map(toView) };
}

export async function readCdr({ database }: ApiContext, tenantId: string, id: string) {
  const record = await database.forTenant(tenantId).run(({ callDetailRecords }) => callDetailRecords.find(id));
  if (record === null) throw notFound('call detail record');
  return toView(record);
}

function toView({ reasons, ...record }: CallDetailRecord) {
  return { ...record, reasons: reasons.map((reason) => ({ ...reason, data: reason.data && { ...reason.data } })) };
}
