import type { Logger } from '@manyline/kernel';
import { Client } from 'pg';
import { DatabaseEncodingError, MigrationError } from '../errors.ts';
import { type MigrationFile, readMigrationFiles } from './migration-files.ts';
import {
  createMigrationsTable,
  type RecordedMigration,
  readRecordedMigrations,
  recordMigration,
} from './migrations-table.ts';

/** The key of Prisma's own advisory lock: our runner and `prisma migrate deploy` wait for each other. */
const PRISMA_ADVISORY_LOCK = 72_707_369;

export interface RunMigrationsOptions {
  /** Of the role that owns the tables (not `manyline_app`). */
  readonly url: string;
  /** The folder that holds `<timestamp_name>/migration.sql`. */
  readonly directory: string;
  readonly logger: Logger;
}

/**
 * Brings the database up to date: applies what is missing in order, each migration in a transaction of its own.
 * Several processes may call it at once; one works, the others wait. Gives back the names that were applied.
 * Throws MigrationError when an applied migration was changed afterwards, or when one fails (nothing of it stays).
 */
export async function runMigrations({ url, directory, logger }: RunMigrationsOptions): Promise<string[]> {
  const files = await readMigrationFiles(directory);
  const client = new Client({ connectionString: url, application_name: 'manyline-migrate' });
  client.on('error', (error) => logger.warn({ err: error }, 'the migration connection failed'));
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [PRISMA_ADVISORY_LOCK]);
    await assertEncodingIsUtf8(client);
    await createMigrationsTable(client);
    const missing = missingMigrations(files, await readRecordedMigrations(client), logger);
    for (const migration of missing) {
      await applyMigration(client, migration);
      logger.info({ migration: migration.name }, 'migration applied');
    }
    return missing.map((migration) => migration.name);
  } finally {
    await client.end();
  }
}

async function assertEncodingIsUtf8(client: Client): Promise<void> {
  const { rows } = await client.query<{ server_encoding: string }>('SHOW server_encoding');
  const encoding = rows[0]?.server_encoding;
  if (encoding !== 'UTF8') throw new DatabaseEncodingError(encoding ?? 'unknown');
}

function missingMigrations(files: MigrationFile[], recorded: RecordedMigration[], logger: Logger): MigrationFile[] {
  const recordedByName = new Map(recorded.map((migration) => [migration.name, migration]));
  const known = new Set(files.map((file) => file.name));
  for (const { name } of recorded) {
    if (!known.has(name)) logger.warn({ migration: name }, 'the database has a migration that this version lacks');
  }
  return files.filter((file) => {
    const migration = recordedByName.get(file.name);
    if (migration === undefined) return true;
    if (!migration.finished) {
      throw new MigrationError(
        file.name,
        'was started by prisma migrate and failed; resolve it with prisma migrate resolve',
      );
    }
    if (migration.checksum !== file.checksum) {
      throw new MigrationError(
        file.name,
        'was changed after it had been applied; restore the file and add a new migration',
      );
    }
    return false;
  });
}

async function applyMigration(client: Client, migration: MigrationFile): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(migration.sql);
    await recordMigration(client, migration);
    await client.query('COMMIT');
  } catch (cause) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw new MigrationError(
      migration.name,
      `failed: ${cause instanceof Error ? cause.message : String(cause)}`,
      cause,
    );
  }
}
