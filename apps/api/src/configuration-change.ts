import type { ConfigurationChange } from '@manyline/db';
import type { ApiContext } from './api-context.ts';
import { notFound } from './api-error.ts';

/** Changes a tenant's configuration and, once that is committed, tells the SIP workers. */
export async function changeConfiguration<Result>(
  context: ApiContext,
  tenantId: string,
  work: (change: ConfigurationChange) => Promise<Result>,
): Promise<Result> {
  const changed = await context.database.forTenant(tenantId).changeConfiguration(work);
  if (changed === null) throw notFound('tenant');
  await announce(context, changed.tenant);
  return changed.result;
}

interface ChangedTenant {
  readonly id: string;
  readonly sipDomain: string;
  readonly version: number;
  readonly suspended: boolean;
}

/** What is committed stays so even when Redis is away: workers notice the version when they see the next change. */
export async function announce(
  context: ApiContext,
  { id, sipDomain, version, suspended }: ChangedTenant,
): Promise<void> {
  try {
    await context.bus.publishTenantChanged({ tenantId: id, sipDomain, version, suspended });
  } catch (error) {
    context.logger.warn({ err: error, tenantId: id, version }, 'a configuration change could not be announced');
  }
}
