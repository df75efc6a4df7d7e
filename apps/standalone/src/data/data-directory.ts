/**
 * DATA_DIR, everything that one machine keeps:
 *   postgres/      the database cluster (or postgres-location: a file that says where it is)
 *   redis/         registrations, live calls, queues: Redis' append-only file
 *   objects/       recordings, prompts, voicemail, when no object store is set
 *   tls/           cert.pem, key.pem of SIP over TLS
 *   spool/         call detail records that wait for Redis
 *   run/           sockets and process ids of the running server
 *   logs/          what PostgreSQL and Redis say
 *   secrets.json   keys, passwords, tokens; without it the database cannot be read
 *   lock           who runs on this directory
 */
import { join } from 'node:path';
import { makeSocketDirectory, socketDirectory } from '@manyline/telemetry';
import { describeFailure, fullDisk, StartError, systemCode, tellsOfFullDisk } from '../start-error.ts';
import { makeFolder } from './make-folder.ts';

export interface DataDirectory {
  readonly root: string;
  readonly postgres: string;
  readonly postgresLocation: string;
  readonly redis: string;
  readonly objects: string;
  readonly tls: string;
  readonly spool: string;
  /** Elsewhere when DATA_DIR's path is too long for sockets. */
  readonly run: string;
  readonly logs: string;
  readonly secrets: string;
  readonly lock: string;
}

/** Names what is inside; makes nothing. `root` is absolute. */
export function dataDirectoryAt(root: string): DataDirectory {
  return {
    root,
    postgres: join(root, 'postgres'),
    postgresLocation: join(root, 'postgres-location'),
    redis: join(root, 'redis'),
    objects: join(root, 'objects'),
    tls: join(root, 'tls'),
    spool: join(root, 'spool'),
    run: socketDirectory(join(root, 'run')),
    logs: join(root, 'logs'),
    secrets: join(root, 'secrets.json'),
    lock: join(root, 'lock'),
  };
}

/** Makes the folders. Throws StartError when DATA_DIR cannot be used. */
export async function openDataDirectory(root: string): Promise<DataDirectory> {
  const directory = dataDirectoryAt(root);
  try {
    await makeFolder(root, 0o755);
    for (const folder of [directory.redis, directory.objects, directory.tls, directory.spool, directory.logs]) {
      await makeFolder(folder, 0o700);
    }
  } catch (error) {
    throw reasonOf(root, error) ?? new StartError(`DATA_DIR ${root} cannot be made: ${describeFailure(error)}`, error);
  }
  try {
    await makeSocketDirectory(join(root, 'run'));
  } catch (error) {
    throw unusable(root, error);
  }
  return directory;
}

/** What to say when something could not be written below `root`. */
export function unusable(root: string, error: unknown): unknown {
  if (error instanceof StartError) return error;
  const isBelow = error instanceof Error && 'path' in error && String(error.path).startsWith(root);
  if (!isBelow && !tellsOfFullDisk(systemCode(error))) return error;
  return reasonOf(root, error) ?? error;
}

/** What the system's usual errors mean for `root`, which cannot be made or written. */
function reasonOf(root: string, error: unknown): StartError | undefined {
  const code = systemCode(error);
  if (tellsOfFullDisk(code)) return fullDisk(root);
  if (code === 'EACCES' || code === 'EPERM') return new StartError(`DATA_DIR ${root} may not be written by this user`);
  if (code === 'EROFS') return new StartError(`DATA_DIR ${root} is on a read-only file system`);
  if (code === 'ENOTDIR' || code === 'EEXIST') return new StartError(`DATA_DIR ${root} is not a folder`);
  return undefined;
}
