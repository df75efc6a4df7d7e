import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DataDirectory } from '../data/data-directory.ts';
import { writeFileDurably } from '../data/write-file-durably.ts';
import { StartError } from '../start-error.ts';
import { type ServerUser, SHARED_FOLDER } from './server-user.ts';

/** Where the cluster of a data directory is, if it was ever made. */
export async function existingCluster(directory: DataDirectory): Promise<string | undefined> {
  const folder = (await recordedLocation(directory)) ?? directory.postgres;
  return (await exists(join(folder, 'PG_VERSION'))) ? folder : undefined;
}

/**
 * The folder for the cluster, whose parent exists and is open to `user`: DATA_DIR/postgres, or when DATA_DIR lies in a
 * folder closed to the user (a checkout below /root), one below /var/lib/manyline that DATA_DIR/postgres-location names.
 */
export async function clusterLocation(directory: DataDirectory, user: ServerUser): Promise<string> {
  const recorded = await recordedLocation(directory);
  if (recorded !== undefined) return recorded;
  // Entering is all that is opened; what is secret inside is closed by itself.
  if (user.ids !== undefined) await chmod(directory.root, 0o755);
  if (await user.canEnter(directory.root)) return directory.postgres;
  if (await exists(directory.postgres)) {
    throw new StartError(
      `the user ${user.name}, which PostgreSQL runs as, can no longer reach ${directory.postgres}: open the folders above it (chmod o+x)`,
    );
  }
  const parent = join(SHARED_FOLDER, randomBytes(6).toString('hex'));
  await mkdir(parent, { recursive: true, mode: 0o755 });
  if (!(await user.canEnter(parent))) {
    throw new StartError(
      `the user ${user.name}, which PostgreSQL runs as, can reach neither DATA_DIR ${directory.root} nor ${SHARED_FOLDER}: set DATA_DIR to a folder that it can enter`,
    );
  }
  const location = join(parent, 'postgres');
  await writeFileDurably(directory.postgresLocation, `${location}\n`, 0o600);
  return location;
}

async function recordedLocation(directory: DataDirectory): Promise<string | undefined> {
  try {
    return (await readFile(directory.postgresLocation, 'utf8')).trim();
  } catch {
    return undefined;
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
