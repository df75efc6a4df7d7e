import { newId } from '@manyline/kernel';
import { Prisma, type PrismaClient } from './generated/client.ts';
import type { Sealer } from './secrets/sealer.ts';
import { type AdminRecord, AdminRepository } from './tenant/admin-repository.ts';
import type { LocalUserRecord, LocalUserSettings } from './tenant/local-user-record.ts';
import { LocalUserEditor } from './tenant/local-user-repository.ts';
import { tenantTransaction } from './tenant/tenant-client.ts';
import { defaultTenantLimits, type TenantRecord, type TenantSettings, toTenantRecord } from './tenant/tenant-record.ts';

/** A company as it signs up. */
export interface NewTenant {
  readonly slug: string;
  /** Lower case; fixed for the tenant's life. */
  readonly sipDomain: string;
  readonly settings: TenantSettings;
  /** `email` in lower case. */
  readonly owner: { readonly email: string; readonly passwordHash: string };
  readonly localUsers: readonly { readonly settings: LocalUserSettings; readonly password: string }[];
}

export interface CreatedTenant {
  readonly tenant: TenantRecord;
  readonly owner: AdminRecord;
  /** In the order given. */
  readonly localUsers: readonly LocalUserRecord[];
}

/** Makes a tenant, its owner and its first local users, or nothing. Throws ConflictError `slug_taken`, `email_taken`. */
export function createTenant(prisma: PrismaClient, sealer: Sealer, wanted: NewTenant): Promise<CreatedTenant> {
  const id = newId();
  return tenantTransaction(prisma, id, async (client) => {
    const { defaultRoute, digestAlgorithms, ...settings } = wanted.settings;
    const row = await client.tenant.create({
      data: {
        id,
        slug: wanted.slug,
        sipDomain: wanted.sipDomain,
        ...settings,
        ...defaultTenantLimits,
        digestAlgorithms: [...digestAlgorithms],
        defaultRoute: defaultRoute === null ? Prisma.DbNull : { ...defaultRoute },
      },
    });
    const { email, passwordHash } = wanted.owner;
    const owner = await new AdminRepository(client, id).create(newId(), email, passwordHash, 'owner');
    const editor = new LocalUserEditor(client, id, wanted.sipDomain, sealer);
    const localUsers: LocalUserRecord[] = [];
    for (const { settings, password } of wanted.localUsers) localUsers.push(await editor.create(settings, password));
    return { tenant: toTenantRecord(row), owner, localUsers };
  });
}
