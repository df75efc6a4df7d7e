import { spawn } from 'node:child_process';
import { chmod, chown, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitOf } from '../processes/child-exit.ts';
import { fullDisk, StartError, tellsOfFullDisk } from '../start-error.ts';
import type { PostgresPrograms } from './postgres-programs.ts';
import type { ServerUser } from './server-user.ts';

/** The name of the cluster's owner and of the database. */
export const OWNER = 'manyline';

export interface ClusterOptions {
  readonly programs: PostgresPrograms;
  readonly user: ServerUser;
  readonly folder: string;
  readonly ownerPassword: string;
}

/** Makes the cluster unless it is there, as a whole: an interrupted attempt leaves nothing that counts. */
export async function ensureCluster({ programs, user, folder, ownerPassword }: ClusterOptions): Promise<boolean> {
  const version = await readFile(join(folder, 'PG_VERSION'), 'utf8').catch(() => undefined);
  if (version !== undefined) {
    assertVersion(version.trim(), folder);
    return false;
  }
  const draft = `${folder}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  if (user.ids !== undefined) await chown(draft, user.ids.uid, user.ids.gid);
  const passwordFolder = await mkdtemp(join(tmpdir(), 'manyline-'));
  try {
    const passwordFile = join(passwordFolder, 'password');
    await writeFile(passwordFile, `${ownerPassword}\n`, { mode: 0o600 });
    if (user.ids !== undefined) {
      await chown(passwordFile, user.ids.uid, user.ids.gid);
      await chmod(passwordFolder, 0o711);
    }
    await runInitdb(programs.initdb, draft, passwordFile, user);
    await rename(draft, folder);
  } finally {
    await rm(passwordFolder, { recursive: true, force: true });
    await rm(draft, { recursive: true, force: true });
  }
  return true;
}

async function runInitdb(initdb: string, folder: string, passwordFile: string, user: ServerUser): Promise<void> {
  // The built-in provider sorts alike on every machine and needs no locale installed.
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  const authentication = [`--username=${OWNER}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  const child = spawn(initdb, [`--pgdata=${folder}`, ...authentication, ...locale], {
    ...user.ids,
    cwd: '/',
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const how = await exitOf(child);
  if (how === 'exit code 0') return;
  if (tellsOfFullDisk(output)) throw fullDisk(folder.replace(/\.new$/, ''));
  const words = output.split('\n').findLast((line) => /error|fatal|could not/i.test(line)) ?? how;
  throw new StartError(`PostgreSQL could not make its data folder ${folder}: ${words.trim()}`);
}

function assertVersion(version: string, folder: string): void {
  if (version === '18') return;
  throw new StartError(`${folder} is of PostgreSQL ${version}; this version of Manyline brings PostgreSQL 18`);
}
