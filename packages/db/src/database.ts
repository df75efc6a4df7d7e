import type { Logger } from '@manyline/kernel';
import type { CallDetailRecord, TenantDirectoryEntry, TenantSnapshot } from '@manyline/pbx';
import { PrismaPg } from '@prisma/adapter-pg';
import type { Pool } from 'pg';
import { APPLICATION_ROLE } from './connection/application-login.ts';
import { assertRoleIsHeldByRowLevelSecurity, createConnectionPool } from './connection/connection-pool.ts';
import { type CreatedTenant, createTenant, type NewTenant } from './create-tenant.ts';
import { translateDatabaseError } from './errors.ts';
import { PrismaClient } from './generated/client.ts';
import { loadSnapshot } from './load-snapshot.ts';
import {
  type AdminAccount,
  findAdminByEmail,
  findTakenSlugs,
  findTenantOfRefreshToken,
  readDirectory,
} from './lookups.ts';
import { saveCallDetailRecords } from './save-call-detail-records.ts';
import { Sealer } from './secrets/sealer.ts';
import { TenantScope } from './tenant/tenant-scope.ts';

export interface DatabaseOptions {
  readonly url: string;
  /** 32 bytes, or their base64 (the variable SEALING_KEY): seals the HA1s of local users. */
  readonly sealingKey: Buffer | string;
  readonly logger: Logger;
  /** Default `manyline_app`, which the migrations make. Whoever logs in must be a member of it. */
  readonly applicationRole?: string;
  /** Most connections at once. Default 10. */
  readonly poolSize?: number;
}

/** Connects. Throws UnsafeDatabaseRoleError when row-level security would not hold the connections. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { url, logger, applicationRole = APPLICATION_ROLE, poolSize = 10 } = options;
  const sealer = new Sealer(options.sealingKey);
  const pool = createConnectionPool({ url, applicationRole, size: poolSize, logger });
  try {
    await assertRoleIsHeldByRowLevelSecurity(pool);
  } catch (error) {
    await pool.end();
    throw translateDatabaseError(error);
  }
  return new Database(pool, sealer, logger);
}

/** PostgreSQL as the server sees it. Every method may throw DatabaseUnavailableError, which is worth a retry. */
export class Database {
  readonly #pool: Pool;
  readonly #prisma: PrismaClient;
  readonly #sealer: Sealer;
  readonly #logger: Logger;
  #closed: Promise<void> | undefined;

  constructor(pool: Pool, sealer: Sealer, logger: Logger) {
    this.#pool = pool;
    this.#sealer = sealer;
    this.#logger = logger;
    this.#prisma = new PrismaClient({ adapter: new PrismaPg(pool), errorFormat: 'minimal' });
  }

  /** The only door to a tenant's data. `tenantId` is a UUID; an unknown one sees nothing. */
  forTenant(tenantId: string): TenantScope {
    return new TenantScope(this.#prisma, tenantId, this.#sealer);
  }

  /** Every tenant's SIP domain, version and whether it is suspended. */
  directory(): Promise<TenantDirectoryEntry[]> {
    return this.#translated(readDirectory(this.#prisma));
  }

  /** One consistent state of a tenant's configuration, with opened HA1s. Null: no such tenant. */
  loadSnapshot(tenantId: string): Promise<TenantSnapshot | null> {
    return loadSnapshot(this.forTenant(tenantId), this.#sealer);
  }

  /** Idempotent by id; the records may be of several tenants. */
  saveCallDetailRecords(records: readonly CallDetailRecord[]): Promise<void> {
    return saveCallDetailRecords(records, (tenantId) => this.forTenant(tenantId), this.#logger);
  }

  /** Throws ConflictError `slug_taken`, `email_taken`. */
  createTenant(tenant: NewTenant): Promise<CreatedTenant> {
    return this.#translated(createTenant(this.#prisma, this.#sealer, tenant));
  }

  /** The account that logs in with `email` (lower case). */
  findAdminByEmail(email: string): Promise<AdminAccount | null> {
    return this.#translated(findAdminByEmail(this.#prisma, email));
  }

  /** The id of the tenant that a refresh token belongs to, by the token's SHA-256. */
  findTenantOfRefreshToken(hash: Buffer): Promise<string | null> {
    return this.#translated(findTenantOfRefreshToken(this.#prisma, hash));
  }

  /** Those of `slugs` that are in use. */
  findTakenSlugs(slugs: readonly string[]): Promise<Set<string>> {
    return this.#translated(findTakenSlugs(this.#prisma, slugs));
  }

  /** Resolves when PostgreSQL answers. */
  async ping(): Promise<void> {
    await this.#translated(this.#prisma.$queryRaw`SELECT 1`);
  }

  close(): Promise<void> {
    this.#closed ??= this.#prisma.$disconnect().then(() => this.#pool.end());
    return this.#closed;
  }

  async #translated<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      throw translateDatabaseError(error);
    }
  }
}
