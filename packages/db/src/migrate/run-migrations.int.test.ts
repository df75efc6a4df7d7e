import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@manyline/kernel';
import { createTestDatabase, type TestDatabase } from '@manyline/testkit';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ensureApplicationLogin } from '../connection/application-login.ts';
import { openDatabase } from '../database.ts';
import { runMigrations } from './run-migrations.ts';

const realMigrations = join(import.meta.dirname, '../../../../prisma/migrations');
const sealingKey = Buffer.alloc(32, 7);
const opened: TestDatabase[] = [];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manyline-migrations-'));
});

afterAll(async () => {
  await Promise.all(opened.map((database) => database.drop()));
  await rm(folder, { recursive: true });
});

async function emptyDatabase(): Promise<string> {
  const database = await createTestDatabase(inject('postgresUrl'), { empty: true });
  opened.push(database);
  return database.url;
}

async function query<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

let directories = 0;
async function migrationsOf(files: Record<string, string>): Promise<string> {
  const directory = join(folder, String(++directories));
  for (const [name, sql] of Object.entries(files)) {
    await mkdir(join(directory, name), { recursive: true });
    await writeFile(join(directory, name, 'migration.sql'), sql);
  }
  return directory;
}

const apply = (url: string, directory: string) => runMigrations({ url, directory, logger: silentLogger });

describe('runMigrations', () => {
  it('applies what is missing, in order, and records it as Prisma does', async () => {
    const url = await emptyDatabase();
    const files = { '2_second': 'ALTER TABLE a ADD y int;', '1_first': 'CREATE TABLE a (x int);' };
    expect(await apply(url, await migrationsOf(files))).toEqual(['1_first', '2_second']);
    const more = await migrationsOf({ ...files, '3_third': 'ALTER TABLE a ADD z int;' });
    expect(await apply(url, more)).toEqual(['3_third']);
    expect(await apply(url, more)).toEqual([]);
    const rows = await query(url, 'SELECT * FROM _prisma_migrations ORDER BY migration_name');
    expect(rows.length).toBe(3);
    expect(rows[0]).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      checksum: '7d07418dd6e81578e9226978cba7b3c356efcc91fd7c9e06cf1b8f1cc4ce5f35',
      finished_at: expect.any(Date),
      migration_name: '1_first',
      logs: null,
      rolled_back_at: null,
      started_at: expect.any(Date),
      applied_steps_count: 1,
    });
  });

  it('refuses to go on when an applied migration was changed', async () => {
    const url = await emptyDatabase();
    await apply(url, await migrationsOf({ '1_first': 'CREATE TABLE a (x int);' }));
    const changed = await migrationsOf({ '1_first': 'CREATE TABLE a (x bigint);', '2_second': 'CREATE TABLE b ();' });
    await expect(apply(url, changed)).rejects.toThrow('migration 1_first was changed after it had been applied');
    expect(await query(url, "SELECT FROM pg_tables WHERE tablename = 'b'")).toEqual([]);
  });

  it('leaves nothing of a migration that fails, and names it', async () => {
    const url = await emptyDatabase();
    const broken = await migrationsOf({
      '1_good': 'CREATE TABLE a ();',
      '2_bad': 'CREATE TABLE b (); CREATE TABLE a ();',
    });
    await expect(apply(url, broken)).rejects.toThrow('migration 2_bad failed: relation "a" already exists');
    expect(await query(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")).toEqual([
      { tablename: '_prisma_migrations' },
      { tablename: 'a' },
    ]);
    expect(await query(url, 'SELECT migration_name FROM _prisma_migrations')).toEqual([{ migration_name: '1_good' }]);
  });

  it('may be called by several processes at once', async () => {
    const url = await emptyDatabase();
    const applied = await Promise.all(Array.from({ length: 4 }, () => apply(url, realMigrations)));
    expect(applied.filter((names) => names.length > 0).length).toBe(1);
  });

  it('refuses a database that cannot hold every name', async () => {
    const server = inject('postgresUrl');
    await query(
      server,
      "CREATE DATABASE test_latin1 TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C'",
    );
    const url = new URL(server);
    url.pathname = '/test_latin1';
    await expect(apply(url.toString(), realMigrations)).rejects.toMatchObject({ code: 'database_encoding' });
    await query(server, 'DROP DATABASE test_latin1');
  });
});

describe('an owner that is no superuser', () => {
  async function plainOwner(name: string): Promise<string> {
    const server = inject('postgresUrl');
    const url = new URL(await emptyDatabase());
    await query(server, `CREATE ROLE ${name} LOGIN NOSUPERUSER CREATEROLE PASSWORD 'owner'`);
    await query(server, `ALTER DATABASE ${url.pathname.slice(1)} OWNER TO ${name}`);
    url.username = name;
    url.password = 'owner';
    return url.toString();
  }

  it('can migrate when it may give the roles, and tenants are isolated from it too', async () => {
    const url = await plainOwner('plain_owner');
    await query(
      inject('postgresUrl'),
      'GRANT manyline_app, manyline_lookup TO plain_owner WITH ADMIN TRUE, INHERIT FALSE',
    );
    expect((await apply(url, realMigrations)).length).toBeGreaterThan(0);
    const database = await openDatabase({ url, sealingKey, logger: silentLogger });
    await database.createTenant({
      slug: 'acme',
      sipDomain: 'acme.pbx.test',
      settings: {
        name: 'Acme',
        locale: 'en',
        timeZone: 'UTC',
        outgroupPrefix: '9',
        voicePromptLanguage: 'en',
        defaultRoute: null,
        digestAlgorithms: ['MD5'],
      },
      owner: { email: 'a@acme.test', passwordHash: 'hash' },
      localUsers: [],
    });
    expect((await database.directory()).length).toBe(1);
    expect(await query(url, 'SELECT * FROM tenants')).toEqual([]);
    await database.close();
  });

  it('is told which role it lacks', async () => {
    const url = await plainOwner('lonely_owner');
    await expect(apply(url, realMigrations)).rejects.toThrow(/manyline_lookup/);
  });
});

describe('ensureApplicationLogin', () => {
  it('gives a URL that logs in as the application role', async () => {
    const url = await emptyDatabase();
    await apply(url, realMigrations);
    const appUrl = await ensureApplicationLogin({ ownerUrl: url, password: "it's / a @ password" });
    expect(await query(appUrl, 'SELECT session_user::text AS name')).toEqual([{ name: 'manyline_app' }]);
    const database = await openDatabase({ url: appUrl, sealingKey, logger: silentLogger });
    await database.ping();
    await database.close();
  });
});
