import type { Logger } from '@manyline/kernel';
import type { CallDetailRecord } from '@manyline/pbx';
import { isForeignKeyViolation } from './errors.ts';
import type { TenantScope } from './tenant/tenant-scope.ts';

/**
 * Writes call detail records of any tenants, one insert a tenant; writing one again changes nothing.
 * Records of a tenant that was deleted meanwhile are dropped: nobody is left to read them.
 */
export async function saveCallDetailRecords(
  records: readonly CallDetailRecord[],
  forTenant: (tenantId: string) => TenantScope,
  logger: Logger,
): Promise<void> {
  for (const [tenantId, ofTenant] of Map.groupBy(records, (record) => record.tenantId)) {
    try {
      await forTenant(tenantId).run(({ callDetailRecords }) => callDetailRecords.save(ofTenant));
    } catch (error) {
      if (!isForeignKeyViolation(error)) throw error;
      logger.warn({ tenantId, records: ofTenant.length }, 'call detail records of a deleted tenant were dropped');
    }
  }
}
