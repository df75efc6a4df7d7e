import type { Database } from './database.ts';
import { ConflictError } from './errors.ts';
import { defaultLocalUserSettings } from './tenant/local-user-record.ts';
import { defaultTenantSettings } from './tenant/tenant-record.ts';

export const DEMO_SLUG = 'demo';
export const DEMO_ADMIN_EMAIL = 'admin@demo.example';
/** The numbers of the local users that a demo tenant and a preset sign-up start with. */
export const PRESET_NUMBERS: readonly string[] = ['100', '101', '102'];

export interface DemoTenantOptions {
  readonly database: Database;
  /** The tenant's SIP domain is `demo.<baseDomain>`. */
  readonly baseDomain: string;
  /** argon2id in PHC string format. */
  readonly adminPasswordHash: string;
  readonly localUsers: readonly { readonly number: string; readonly password: string }[];
}

/** Makes the demo tenant unless it is there; then nothing changes and `created` is false. */
export async function seedDemoTenant(options: DemoTenantOptions): Promise<{ domain: string; created: boolean }> {
  const domain = `${DEMO_SLUG}.${options.baseDomain}`.toLowerCase();
  try {
    await options.database.createTenant({
      slug: DEMO_SLUG,
      sipDomain: domain,
      settings: defaultTenantSettings('Demo', 'en'),
      owner: { email: DEMO_ADMIN_EMAIL, passwordHash: options.adminPasswordHash },
      localUsers: options.localUsers.map(({ number, password }) => ({
        settings: { ...defaultLocalUserSettings(number), displayName: `Demo ${number}` },
        password,
      })),
    });
    return { domain, created: true };
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    return { domain: (await existingDomain(options.database)) ?? domain, created: false };
  }
}

/** The domain that the tenant was made with: the base domain may have changed since. */
async function existingDomain(database: Database): Promise<string | undefined> {
  const account = await database.findAdminByEmail(DEMO_ADMIN_EMAIL);
  if (account === null) return undefined;
  const tenant = await database.forTenant(account.tenantId).run((repositories) => repositories.tenant.find());
  return tenant?.sipDomain;
}
