import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endChild, exitOf } from '../processes/child-exit.ts';
import { endLeftover } from '../processes/end-process.ts';
import type { RunningPart } from '../processes/kept-alive.ts';
import { fullDisk, StartError, tellsOfFullDisk } from '../start-error.ts';
import type { PostgresPrograms } from './postgres-programs.ts';
import { ServerLog } from './server-log.ts';
import type { ServerUser } from './server-user.ts';

export interface PostgresServerOptions {
  readonly programs: PostgresPrograms;
  readonly user: ServerUser;
  readonly folder: string;
  readonly port: number;
  readonly logPath: string;
}

const READY_TIMEOUT_MS = 60_000;
const POLL_MS = 25;
/** SIGINT ends the sessions (fast shutdown), SIGQUIT does not even tidy up. */
const ENDING = [
  { signal: 'SIGINT', patienceMs: 30_000 },
  { signal: 'SIGQUIT', patienceMs: 5000 },
  { signal: 'SIGKILL', patienceMs: 5000 },
] as const;
/** The processes of a server that was killed take a moment to notice. */
const LEFTOVER_ATTEMPTS = 20;

/** Ends a PostgreSQL that an earlier life of ours left running on `folder`. */
export async function endLeftoverPostgres(folder: string): Promise<boolean> {
  const pidFile = join(folder, 'postmaster.pid');
  const pid = Number((await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0]);
  const isOurs = (command: string) => command.includes('postgres') && command.includes(folder);
  const ended = await endLeftover(pid, isOurs, ENDING);
  // Whoever has the id now is not PostgreSQL, which would otherwise refuse to start.
  await rm(pidFile, { force: true });
  return ended;
}

/** Starts PostgreSQL on 127.0.0.1 and waits until it takes connections. Throws StartError with its own words. */
export async function startPostgres(options: PostgresServerOptions, signal: AbortSignal): Promise<RunningPart> {
  for (let attempt = 1; ; attempt += 1) {
    const log = await ServerLog.open(options.logPath);
    try {
      return await launch(options, log, signal);
    } catch (error) {
      signal.throwIfAborted();
      const words = await log.tail();
      if (tellsOfFullDisk(words)) throw fullDisk(options.folder);
      if (!/is still in use|already in use by/.test(words) || attempt >= LEFTOVER_ATTEMPTS) {
        throw new StartError(`PostgreSQL does not start: ${await log.lastWords()}`, error);
      }
      await sleep(500, undefined, { signal });
    } finally {
      await log.close();
    }
  }
}

async function launch(
  { programs, user, folder, port }: PostgresServerOptions,
  log: ServerLog,
  signal: AbortSignal,
): Promise<RunningPart> {
  signal.throwIfAborted();
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    log_checkpoints: 'off',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // A process group of its own keeps Ctrl-C away from it.
  const child = spawn(programs.postgres, ['-D', folder, '-p', String(port), ...flags], {
    ...user.ids,
    cwd: '/',
    detached: true,
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', log.file.fd, log.file.fd],
  });
  const exited = exitOf(child);
  let ended = false;
  void exited.then(() => {
    ended = true;
  });
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (!(await isReady(folder, child.pid ?? 0))) {
    if (ended) throw new Error(`PostgreSQL ended: ${await exited}`);
    if (signal.aborted || performance.now() > deadline) {
      await endChild(child, exited, ENDING, AbortSignal.abort());
      signal.throwIfAborted();
      throw new StartError(`PostgreSQL was not ready within ${READY_TIMEOUT_MS / 1000} s`);
    }
    await sleep(POLL_MS);
  }
  return { pid: child.pid ?? 0, exited, stop: (hurry) => endChild(child, exited, ENDING, hurry) };
}

/** As pg_ctl judges it: the eighth line of postmaster.pid says `ready`. */
async function isReady(folder: string, pid: number): Promise<boolean> {
  const lines = (await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
}
