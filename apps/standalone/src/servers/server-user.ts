/** Whom PostgreSQL runs as: it refuses to run as root. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { StartError } from '../start-error.ts';

const run = promisify(execFile);

const NAME = 'postgres';

/** For what the server's user must reach when the checkout or DATA_DIR lies in a folder closed to it. Used by root only. */
export const SHARED_FOLDER = '/var/lib/manyline';

export interface ServerUser {
  readonly name: string;
  /** Undefined: the same user as ours. */
  readonly ids: { readonly uid: number; readonly gid: number } | undefined;
  /** Whether the user may enter a folder, all those above it included. */
  canEnter(folder: string): Promise<boolean>;
}

/** Ourselves, or as root the user `postgres`, who is made if need be. */
export async function serverUser(): Promise<ServerUser> {
  if (process.getuid?.() !== 0) {
    return { name: 'this user', ids: undefined, canEnter: (folder) => canEnter(folder, {}) };
  }
  const ids = (await idsOf(NAME)) ?? (await createUser());
  return { name: NAME, ids, canEnter: (folder) => canEnter(folder, ids) };
}

async function idsOf(name: string): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch {
    return undefined;
  }
}

async function createUser(): Promise<{ uid: number; gid: number }> {
  try {
    await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', NAME]);
  } catch (error) {
    throw new StartError(
      'PostgreSQL does not run as root and a user for it could not be made: start as another user, or set DATABASE_URL',
      error,
    );
  }
  const ids = await idsOf(NAME);
  if (ids === undefined) throw new StartError(`the user ${NAME} was made but is not there`);
  return ids;
}

/** Asks the system itself, by entering: modes alone do not tell of access lists. */
async function canEnter(folder: string, ids: { uid?: number; gid?: number }): Promise<boolean> {
  try {
    await run('/bin/sh', ['-c', 'cd "$0"', folder], { ...ids, cwd: '/' });
    return true;
  } catch {
    return false;
  }
}
