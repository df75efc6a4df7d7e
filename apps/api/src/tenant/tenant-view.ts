import type { Tenant } from '@manyline/contract';
import type { TenantRecord } from '@manyline/db';

/** A tenant as its administrators see it. */
export function toTenant(record: TenantRecord): Tenant {
  const { suspended: _suspended, createdAt: _createdAt, updatedAt: _updatedAt, digestAlgorithms, ...tenant } = record;
  return { ...tenant, digestAlgorithms: [...digestAlgorithms] };
}
