import type { Prisma, PrismaClient } from '../generated/client.ts';

/** The part of the Prisma client that repositories use: the models and statements, inside the tenant's scope. */
export type TenantClient = Pick<
  Prisma.TransactionClient,
  'tenant' | 'admin' | 'refreshToken' | 'localUser' | 'callDetailRecord' | '$executeRaw'
>;

/**
 * A Prisma client on which each operation runs in a transaction that first names the tenant to row-level
 * security. The setting is local to the transaction, so a pooled connection never carries a tenant to the next user.
 */
export function clientForTenant(prisma: PrismaClient, tenantId: string): TenantClient {
  const client = prisma.$extends({
    name: 'tenant',
    query: {
      $allModels: {
        async $allOperations({ args, query }) {
          const [, result] = await prisma.$transaction([setTenant(prisma, tenantId), query(args)]);
          return result;
        },
      },
      async $executeRaw({ args, query }) {
        const [, result] = await prisma.$transaction([setTenant(prisma, tenantId), query(args)]);
        return result;
      },
    },
  });
  // A query extension changes no types, yet TypeScript cannot see that in Prisma's.
  return client as unknown as TenantClient;
}

/** Names the tenant for the rest of the running transaction. */
export function setTenant(client: Prisma.TransactionClient, tenantId: string): Prisma.PrismaPromise<number> {
  return client.$executeRaw`SELECT set_config('app.tenant_id', ${tenantId}, true)`;
}

export interface TransactionOptions {
  /** `RepeatableRead` sees one state of the database throughout. Default: read committed. */
  readonly isolationLevel?: Prisma.TransactionIsolationLevel;
}

/** Several statements of one tenant in one transaction; what `work` throws rolls it back. */
export function tenantTransaction<Result>(
  prisma: PrismaClient,
  tenantId: string,
  work: (client: TenantClient) => Promise<Result>,
  options: TransactionOptions = {},
): Promise<Result> {
  return prisma.$transaction(
    async (transaction) => {
      await setTenant(transaction, tenantId);
      return work(transaction);
    },
    { maxWait: 3000, timeout: 15_000, ...options },
  );
}
