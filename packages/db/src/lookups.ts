/** The questions that may be asked before the tenant is known; PostgreSQL answers them by SECURITY DEFINER functions. */
import type { TenantDirectoryEntry } from '@manyline/pbx';
import type { PrismaClient } from './generated/client.ts';
import type { AdminRole } from './tenant/admin-repository.ts';

/** What a log-in needs to know of an account. */
export interface AdminAccount {
  readonly tenantId: string;
  readonly adminId: string;
  /** argon2id in PHC string format. */
  readonly passwordHash: string;
  readonly role: AdminRole;
  readonly suspended: boolean;
}

/** Every tenant's SIP domain, version and whether it is suspended. */
export function readDirectory(prisma: PrismaClient): Promise<TenantDirectoryEntry[]> {
  return prisma.$queryRaw<TenantDirectoryEntry[]>`
    SELECT id::text, sip_domain AS "sipDomain", version, suspended FROM manyline_directory()`;
}

/** `email` in lower case. */
export async function findAdminByEmail(prisma: PrismaClient, email: string): Promise<AdminAccount | null> {
  const rows = await prisma.$queryRaw<AdminAccount[]>`
    SELECT tenant_id::text AS "tenantId", admin_id::text AS "adminId", password_hash AS "passwordHash", role, suspended
    FROM manyline_admin_by_email(${email})`;
  return rows[0] ?? null;
}

/** The tenant of a refresh token, by the token's SHA-256. */
export async function findTenantOfRefreshToken(prisma: PrismaClient, hash: Buffer): Promise<string | null> {
  const rows = await prisma.$queryRaw<{ tenantId: string | null }[]>`
    SELECT manyline_tenant_of_refresh_token(${new Uint8Array(hash)})::text AS "tenantId"`;
  return rows[0]?.tenantId ?? null;
}

/** Those of `slugs` that are in use. */
export async function findTakenSlugs(prisma: PrismaClient, slugs: readonly string[]): Promise<Set<string>> {
  const rows = await prisma.$queryRaw<{ slug: string }[]>`
    SELECT slug FROM manyline_slugs_taken(${[...slugs]}::text[]) AS taken(slug)`;
  return new Set(rows.map((row) => row.slug));
}
