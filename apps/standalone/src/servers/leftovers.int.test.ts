/** Servers that an earlier life left behind, as after `kill -9`. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../../test/temporary-folder.ts';
import { openDataDirectory } from '../data/data-directory.ts';
import { identityOf } from '../processes/process-identity.ts';
import { clusterLocation, existingCluster } from './cluster-location.ts';
import { withFreePort } from './free-port.ts';
import { ensureCluster } from './postgres-cluster.ts';
import { postgresPrograms } from './postgres-programs.ts';
import { endLeftoverPostgres, startPostgres } from './postgres-server.ts';
import { redisProgram } from './redis-program.ts';
import { endLeftoverRedis, startRedis } from './redis-server.ts';
import { serverUser } from './server-user.ts';

const never = new AbortController().signal;

async function newDirectory() {
  return openDataDirectory(join(await temporaryFolder(), 'data'));
}

describe('Redis', () => {
  async function setup() {
    const directory = await newDirectory();
    const program = await redisProgram();
    const start = () =>
      withFreePort((port) =>
        startRedis(
          { program, folder: directory.redis, port, password: 'p', logPath: join(directory.logs, 'redis.log') },
          never,
        ),
      );
    onTestFinished(async () => void (await endLeftoverRedis(directory.redis)));
    return { folder: directory.redis, start };
  }

  it('is found by its pid file and ended, and starts again on its data', async () => {
    const { folder, start } = await setup();
    const first = await start();
    expect(await endLeftoverRedis(folder)).toBe(true);
    expect(await first.exited).toBe('exit code 0');
    const second = await start();
    await second.stop(never);
    expect(await second.exited).toBe('exit code 0');
    expect(await endLeftoverRedis(folder)).toBe(false);
  });

  it('is not confused with another program that has its id', async () => {
    const { folder, start } = await setup();
    const redis = await start();
    await redis.stop(never);
    await writeFile(join(folder, 'redis.pid'), String(process.ppid));
    const parent = await identityOf(process.ppid);
    expect(await endLeftoverRedis(folder)).toBe(false);
    expect(await identityOf(process.ppid)).toEqual(parent);
  });
});

describe('PostgreSQL', () => {
  async function setup() {
    const directory = await newDirectory();
    const user = await serverUser();
    const programs = await postgresPrograms(user);
    const folder = await clusterLocation(directory, user);
    const made = () => ensureCluster({ programs, user, folder, ownerPassword: 'p' });
    const start = () =>
      withFreePort((port) =>
        startPostgres({ programs, user, folder, port, logPath: join(directory.logs, 'postgres.log') }, never),
      );
    onTestFinished(async () => void (await endLeftoverPostgres(folder)));
    return { directory, folder, made, start };
  }

  it('is found by its pid file and ended, and starts again on its data', { timeout: 60_000 }, async () => {
    const { directory, folder, made, start } = await setup();
    expect(await existingCluster(directory)).toBeUndefined();
    expect(await made()).toBe(true);
    expect(await existingCluster(directory)).toBe(folder);
    expect(await made()).toBe(false);
    const first = await start();
    expect(await endLeftoverPostgres(folder)).toBe(true);
    expect(await first.exited).toBe('exit code 0');
    const second = await start();
    process.kill(second.pid, 'SIGKILL');
    expect(await second.exited).toBe('signal SIGKILL');
    // Its pid file is still there, and its other processes take a moment to end.
    expect(Number((await readFile(join(folder, 'postmaster.pid'), 'utf8')).split('\n')[0])).toBe(second.pid);
    expect(await endLeftoverPostgres(folder)).toBe(false);
    const third = await start();
    await third.stop(never);
  });

  it('says what is wrong when it does not start', { timeout: 60_000 }, async () => {
    const { folder, made, start } = await setup();
    await made();
    await writeFile(join(folder, 'postgresql.conf'), 'nonsense = 1\n');
    await expect(start()).rejects.toThrow(/PostgreSQL does not start: .*configuration/);
  });
});
