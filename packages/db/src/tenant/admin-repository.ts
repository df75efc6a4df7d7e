import type { Admin } from '../generated/client.ts';
import type { TenantClient } from './tenant-client.ts';

export type AdminRole = 'owner' | 'admin' | 'viewer';

/** A person who may use the console and the API of the tenant. */
export interface AdminRecord {
  readonly id: string;
  readonly email: string;
  readonly role: AdminRole;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** An admin together with whether the tenant is suspended: what judging a token needs. */
export interface AdminStanding {
  readonly admin: AdminRecord;
  readonly suspended: boolean;
}

export class AdminRepository {
  readonly #client: TenantClient;
  readonly #tenantId: string;

  constructor(client: TenantClient, tenantId: string) {
    this.#client = client;
    this.#tenantId = tenantId;
  }

  /** Null: no such admin in this tenant. */
  async findStanding(id: string): Promise<AdminStanding | null> {
    const row = await this.#client.admin.findUnique({
      where: { tenantId_id: { tenantId: this.#tenantId, id } },
      include: { tenant: { select: { suspendedAt: true } } },
    });
    return row && { admin: toAdminRecord(row), suspended: row.tenant.suspendedAt !== null };
  }

  /** `email` in lower case. Throws ConflictError `email_taken`. */
  async create(id: string, email: string, passwordHash: string, role: AdminRole): Promise<AdminRecord> {
    const row = await this.#client.admin.create({ data: { tenantId: this.#tenantId, id, email, passwordHash, role } });
    return toAdminRecord(row);
  }
}

function toAdminRecord(row: Admin): AdminRecord {
  const { id, email, role, createdAt, updatedAt } = row;
  return { id, email, role: role as AdminRole, createdAt, updatedAt };
}
