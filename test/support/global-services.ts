/**
 * The services that integration tests share: one PostgreSQL and one Redis a test run, on free ports.
 * Tests read their addresses with vitest's `inject`, and take a fresh database or key space each.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runMigrations } from '@manyline/db';
import { silentLogger } from '@manyline/kernel';
import {
  createTemplateDatabase,
  findProgram,
  freePortRun,
  RunningProcess,
  startPostgresServer,
} from '@manyline/testkit';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Of PostgreSQL's superuser; see `createTestDatabase` of the testkit. */
    postgresUrl: string;
    /** Of Redis; database 0. */
    redisUrl: string;
  }
}

const migrations = join(import.meta.dirname, '../../prisma/migrations');

export default async function startServices(project: TestProject): Promise<() => Promise<void>> {
  const port = await freePortRun(2);
  const [postgres, redis] = await Promise.all([startPostgres(port), startRedis(port + 1)]);
  project.provide('postgresUrl', postgres.url);
  project.provide('redisUrl', redis.url);
  return async () => {
    await Promise.all([postgres.stop(), redis.stop()]);
  };
}

async function startPostgres(port: number) {
  const server = await startPostgresServer(port);
  await createTemplateDatabase(server.url, async (url) => {
    await runMigrations({ url, directory: migrations, logger: silentLogger });
  });
  return server;
}

async function startRedis(port: number) {
  const program = findProgram('redis-server') ?? findProgram('valkey-server');
  if (program === undefined) throw new Error('redis-server is not installed: apt-get install redis-server');
  const folder = await mkdtemp(join(tmpdir(), 'manyline-redis-'));
  const options = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder];
  const process = RunningProcess.spawn(program, options);
  await process.waitForOutput(/Ready to accept connections/, 10_000);
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: async () => {
      await process.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
