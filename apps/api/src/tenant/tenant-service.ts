import { applyMergePatch, type MergePatch, type Tenant, tenantSettings } from '@manyline/contract';
import type { LocalUserRecord, TenantRecord } from '@manyline/db';
import type { ApiContext } from '../api-context.ts';
import { ApiError, notFound } from '../api-error.ts';
import { changeConfiguration } from '../configuration-change.ts';
import { assertMatches } from '../http/entity-tag.ts';
import { parseOrRefuse } from '../http/invalid-values.ts';
import { toTenant } from './tenant-view.ts';

export async function readTenant({ database }: ApiContext, tenantId: string): Promise<Tenant> {
  const record = await database.forTenant(tenantId).run(({ tenant }) => tenant.find());
  if (record === null) throw notFound('tenant');
  return toTenant(record);
}

/** Throws `precondition_failed`, `validation_failed`, `unknown_reference`. */
export function patchTenant(
  context: ApiContext,
  tenantId: string,
  patch: MergePatch,
  ifMatch: string | undefined,
): Promise<Tenant> {
  return changeConfiguration(context, tenantId, async ({ tenant, localUsers, current }) => {
    // The version was raised for this change; what the client saw is the one before.
    assertMatches(ifMatch, current.version - 1);
    const settings = parseOrRefuse(tenantSettings, applyMergePatch(settingsOf(current), patch));
    if (patch.defaultRoute !== undefined)
      await assertDestinationExists(settings.defaultRoute, (id) => localUsers.find(id));
    return toTenant(await tenant.update(settings));
  });
}

function settingsOf(record: TenantRecord) {
  const { name, locale, timeZone, outgroupPrefix, voicePromptLanguage, defaultRoute, digestAlgorithms } = record;
  return { name, locale, timeZone, outgroupPrefix, voicePromptLanguage, defaultRoute, digestAlgorithms };
}

/** A destination by id must be there. The other kinds of destination cannot be made yet. */
async function assertDestinationExists(
  destination: TenantRecord['defaultRoute'],
  findLocalUser: (id: string) => Promise<LocalUserRecord | null>,
): Promise<void> {
  const id = destination?.id;
  if (id === undefined) return;
  const isLocalUser = destination?.type === 'local-user' || destination?.type === 'voicemail';
  if (isLocalUser && (await findLocalUser(id)) !== null) return;
  const message = `there is no ${destination?.type} with this id`;
  throw new ApiError('unknown_reference', `defaultRoute.id: ${message}`, {
    errors: [{ path: 'defaultRoute.id', message }],
  });
}
