/** What PostgreSQL itself refuses, whatever our code forgets. */
import { randomBytes } from 'node:crypto';
import { newId, silentLogger } from '@manyline/kernel';
import { createTestDatabase, type TestDatabase } from '@manyline/testkit';
import { PrismaPg } from '@prisma/adapter-pg';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createConnectionPool } from './connection/connection-pool.ts';
import { type Database, openDatabase } from './database.ts';
import { PrismaClient } from './generated/client.ts';
import { defaultLocalUserSettings } from './tenant/local-user-record.ts';
import { clientForTenant, tenantTransaction } from './tenant/tenant-client.ts';
import { defaultTenantSettings, type TenantRecord } from './tenant/tenant-record.ts';

let testDatabase: TestDatabase;
let database: Database;
/** Prisma without any scope: what code that forgets forTenant would use. */
let prisma: PrismaClient;
let owner: Client;
let acme: TenantRecord;
let globex: TenantRecord;

beforeAll(async () => {
  testDatabase = await createTestDatabase(inject('postgresUrl'));
  const { url } = testDatabase;
  database = await openDatabase({ url, sealingKey: randomBytes(32), logger: silentLogger });
  const pool = createConnectionPool({ url, applicationRole: 'manyline_app', size: 2, logger: silentLogger });
  prisma = new PrismaClient({ adapter: new PrismaPg(pool, { disposeExternalPool: true }) });
  owner = new Client({ connectionString: url });
  await owner.connect();
  acme = await signUp('acme');
  globex = await signUp('globex');
});

afterAll(async () => {
  await prisma.$disconnect();
  await owner.end();
  await database.close();
  await testDatabase.drop();
});

async function signUp(slug: string): Promise<TenantRecord> {
  const { tenant } = await database.createTenant({
    slug,
    sipDomain: `${slug}.pbx.test`,
    settings: defaultTenantSettings(slug, 'en'),
    owner: { email: `owner@${slug}.test`, passwordHash: 'none' },
    localUsers: [{ settings: defaultLocalUserSettings('100'), password: 'secret-of-100' }],
  });
  return tenant;
}

describe('a forgotten tenant', () => {
  it('reads nothing from any table', async () => {
    expect(await prisma.tenant.findMany()).toEqual([]);
    expect(await prisma.admin.findMany()).toEqual([]);
    expect(await prisma.localUser.findMany()).toEqual([]);
    expect(await prisma.refreshToken.findMany()).toEqual([]);
    expect(await prisma.callDetailRecord.findMany()).toEqual([]);
  });

  it('reads nothing on a connection that served a tenant before', async () => {
    const scope = clientForTenant(prisma, acme.id);
    const rows = await Promise.all(Array.from({ length: 8 }, () => scope.localUser.findMany()));
    expect(rows.map((found) => found.length)).toEqual(Array(8).fill(1));
    const unscoped = await Promise.all(Array.from({ length: 8 }, () => prisma.localUser.findMany()));
    expect(unscoped.flat()).toEqual([]);
  });

  it('changes and deletes nothing', async () => {
    expect(await prisma.localUser.updateMany({ data: { displayName: 'taken over' } })).toEqual({ count: 0 });
    expect(await prisma.localUser.deleteMany()).toEqual({ count: 0 });
  });
});

describe('a query without a filter inside a tenant', () => {
  it('sees the rows of that tenant alone', async () => {
    for (const tenant of [acme, globex]) {
      const users = await clientForTenant(prisma, tenant.id).localUser.findMany();
      expect(users.map((user) => user.tenantId)).toEqual([tenant.id]);
      const tenants = await clientForTenant(prisma, tenant.id).tenant.findMany();
      expect(tenants.map((row) => row.id)).toEqual([tenant.id]);
    }
  });

  it('does not reach the other tenant by its id', async () => {
    const [other] = await clientForTenant(prisma, globex.id).localUser.findMany();
    const where = { tenantId_id: { tenantId: globex.id, id: other!.id } };
    expect(await clientForTenant(prisma, acme.id).localUser.findUnique({ where })).toBeNull();
    await expect(clientForTenant(prisma, acme.id).localUser.delete({ where })).rejects.toThrow();
    expect(await clientForTenant(prisma, globex.id).localUser.count()).toBe(1);
  });

  it('cannot insert a row for another tenant, nor move one there', async () => {
    const insert = clientForTenant(prisma, acme.id).admin.create({
      data: { tenantId: globex.id, id: newId(), email: 'spy@acme.test', passwordHash: 'none', role: 'owner' },
    });
    await expect(insert).rejects.toThrow(/row-level security/);
    const move = tenantTransaction(prisma, acme.id, (client) =>
      client.localUser.updateMany({ data: { tenantId: globex.id } }),
    );
    await expect(move).rejects.toThrow(/row-level security/);
  });
});

describe('the schema', () => {
  it('enables and forces row-level security with a policy on every table that belongs to a tenant', async () => {
    const { rows } = await owner.query(`
      SELECT c.relname AS table, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
        (SELECT count(*)::int FROM pg_policy p WHERE p.polrelid = c.oid AND p.polroles = '{0}' AND p.polcmd = '*'
          AND pg_get_expr(p.polqual, p.polrelid) LIKE '%app.tenant_id%'
          AND pg_get_expr(p.polwithcheck, p.polrelid) LIKE '%app.tenant_id%') AS policies
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND c.relname <> '_prisma_migrations'
      ORDER BY 1`);
    expect(rows.map((row) => row.table)).toEqual(['admins', 'cdrs', 'local_users', 'refresh_tokens', 'tenants']);
    for (const row of rows) expect(row).toEqual({ table: row.table, enabled: true, forced: true, policies: 1 });
  });

  it('has tenant_id in every key of a tenant table, but for those that must be unique over all tenants', async () => {
    const { rows } = await owner.query<{ name: string }>(`
      SELECT i.relname AS name FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
        JOIN pg_class t ON t.oid = x.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
      WHERE n.nspname = 'public' AND x.indisunique AND t.relname NOT IN ('_prisma_migrations', 'tenants')
        AND NOT EXISTS (SELECT FROM pg_attribute a
          WHERE a.attrelid = t.oid AND a.attname = 'tenant_id' AND a.attnum = ANY (x.indkey::int2[]))
      ORDER BY 1`);
    expect(rows.map((row) => row.name)).toEqual(['admins_email_key', 'refresh_tokens_token_hash_key']);
  });

  it('opens other policies to the look-up role alone, which nobody can log in as', async () => {
    const { rows } = await owner.query(`
      SELECT DISTINCT r.rolname AS role, r.rolcanlogin AS login, r.rolsuper AS super, r.rolbypassrls AS bypass, p.polcmd AS command
      FROM pg_policy p JOIN pg_roles r ON r.oid = ANY (p.polroles)`);
    expect(rows).toEqual([{ role: 'manyline_lookup', login: false, super: false, bypass: false, command: 'r' }]);
  });

  it('pins the search path of every SECURITY DEFINER function and lets only the application call it', async () => {
    const { rows } = await owner.query(`
      SELECT p.proname AS name, p.proconfig AS config, p.proowner::regrole::text AS owner,
        has_function_privilege('manyline_app', p.oid, 'EXECUTE') AS app,
        (SELECT bool_or(a.grantee = 0) FROM aclexplode(p.proacl) a) AS everyone
      FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'public' AND p.prosecdef`);
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      expect(row).toMatchObject({ config: ['search_path=""'], owner: 'manyline_lookup', app: true, everyone: false });
    }
  });

  it('does not let the application change call detail records or delete tenants', async () => {
    await expect(
      tenantTransaction(prisma, acme.id, (client) => client.callDetailRecord.updateMany({ data: { caller: 'x' } })),
    ).rejects.toThrow(/permission denied/);
    await expect(tenantTransaction(prisma, acme.id, (client) => client.tenant.deleteMany())).rejects.toThrow(
      /permission denied/,
    );
  });
});

describe('openDatabase', () => {
  const options = { sealingKey: randomBytes(32), logger: silentLogger };

  it('refuses a role that row-level security does not hold', async () => {
    const opened = openDatabase({ ...options, url: testDatabase.url, applicationRole: 'postgres' });
    await expect(opened).rejects.toMatchObject({ code: 'unsafe_database_role' });
  });

  it('keeps its role when the URL brings startup options of its own', async () => {
    const url = new URL(testDatabase.url);
    url.searchParams.set('options', '-c role=postgres -c lock_timeout=5s');
    const opened = await openDatabase({ ...options, url: url.toString() });
    expect(await opened.forTenant(newId()).run(({ localUsers }) => localUsers.list({ limit: 10 }))).toEqual([]);
    expect((await opened.directory()).length).toBe(2);
    await opened.close();
  });

  it('says that a database cannot be reached', async () => {
    const opened = openDatabase({ ...options, url: 'postgresql://postgres@127.0.0.1:1/none' });
    await expect(opened).rejects.toMatchObject({ code: 'database_unavailable', retryable: true });
  });
});
