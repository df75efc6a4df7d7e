import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** One `<timestamp_name>/migration.sql`. */
export interface MigrationFile {
  /** The folder's name; migrations are applied in its order. */
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file's bytes in lower-case hex, as Prisma computes it. */
  readonly checksum: string;
}

/** Reads the migrations of a folder laid out as `prisma migrate` does it, first to apply first. */
export async function readMigrationFiles(directory: string): Promise<MigrationFile[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const bytes = await readFile(join(directory, name, 'migration.sql'));
      return { name, sql: bytes.toString('utf8'), checksum: createHash('sha256').update(bytes).digest('hex') };
    }),
  );
}
