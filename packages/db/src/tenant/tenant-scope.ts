import { translateDatabaseError } from '../errors.ts';
import type { PrismaClient } from '../generated/client.ts';
import type { Sealer } from '../secrets/sealer.ts';
import { AdminRepository } from './admin-repository.ts';
import { CallDetailRecordRepository } from './call-detail-record-repository.ts';
import { LocalUserEditor, LocalUserRepository } from './local-user-repository.ts';
import { RefreshTokenRepository } from './refresh-token-repository.ts';
import { clientForTenant, type TenantClient, type TransactionOptions, tenantTransaction } from './tenant-client.ts';
import { type TenantRecord, toTenantRecord } from './tenant-record.ts';
import { TenantRepository } from './tenant-repository.ts';

/** The data of one tenant. Nothing of another tenant can be read or written through it: PostgreSQL sees to that. */
export interface TenantRepositories {
  readonly tenant: TenantRepository;
  readonly admins: AdminRepository;
  readonly refreshTokens: RefreshTokenRepository;
  readonly localUsers: LocalUserRepository;
  readonly callDetailRecords: CallDetailRecordRepository;
}

/** What a configuration change works with. `current` is the tenant with its new version. */
export interface ConfigurationChange extends TenantRepositories {
  readonly current: TenantRecord;
  readonly localUsers: LocalUserEditor;
}

/** The outcome of a committed configuration change, and what the SIP workers must be told. */
export interface ChangedConfiguration<Result> {
  readonly result: Result;
  readonly tenant: TenantRecord;
}

/** Made by `database.forTenant(id)`; cheap. */
export class TenantScope {
  readonly #prisma: PrismaClient;
  readonly #tenantId: string;
  readonly #sealer: Sealer;
  readonly #repositories: TenantRepositories;

  constructor(prisma: PrismaClient, tenantId: string, sealer: Sealer) {
    this.#prisma = prisma;
    this.#tenantId = tenantId;
    this.#sealer = sealer;
    this.#repositories = repositories(clientForTenant(prisma, tenantId), tenantId);
  }

  /** One read or write in a transaction of its own. */
  async run<Result>(work: (repositories: TenantRepositories) => Promise<Result>): Promise<Result> {
    return translated(() => work(this.#repositories));
  }

  /** Several statements in one transaction; what `work` throws rolls all of it back. */
  async transaction<Result>(
    work: (repositories: TenantRepositories) => Promise<Result>,
    options?: TransactionOptions,
  ): Promise<Result> {
    return translated(() =>
      tenantTransaction(this.#prisma, this.#tenantId, (client) => work(repositories(client, this.#tenantId)), options),
    );
  }

  /**
   * Changes the tenant's configuration and raises its version in the same transaction. The changes of one tenant
   * wait for each other, so that `work` may check first and write then. Null: the tenant is gone.
   */
  async changeConfiguration<Result>(
    work: (change: ConfigurationChange) => Promise<Result>,
  ): Promise<ChangedConfiguration<Result> | null> {
    return translated(() =>
      tenantTransaction(this.#prisma, this.#tenantId, async (client) => {
        const current = await raiseVersion(client, this.#tenantId);
        if (current === null) return null;
        const localUsers = new LocalUserEditor(client, this.#tenantId, current.sipDomain, this.#sealer);
        const result = await work({ ...repositories(client, this.#tenantId), localUsers, current });
        return { result, tenant: current };
      }),
    );
  }
}

function repositories(client: TenantClient, tenantId: string): TenantRepositories {
  return {
    tenant: new TenantRepository(client, tenantId),
    admins: new AdminRepository(client, tenantId),
    refreshTokens: new RefreshTokenRepository(client, tenantId),
    localUsers: new LocalUserRepository(client, tenantId),
    callDetailRecords: new CallDetailRecordRepository(client, tenantId),
  };
}

/** The row lock that this update takes is what makes the changes of a tenant wait for each other. */
async function raiseVersion(client: TenantClient, tenantId: string): Promise<TenantRecord | null> {
  const [row] = await client.tenant.updateManyAndReturn({
    where: { id: tenantId },
    data: { version: { increment: 1 } },
  });
  return row === undefined ? null : toTenantRecord(row);
}

async function translated<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw translateDatabaseError(error);
  }
}
