/** The API as a process: how it starts, fails to start, and stops. */
import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createTestDatabase, eventually, freePort, type TestDatabase } from '@manyline/testkit';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

interface Started {
  readonly process: ChildProcess;
  readonly message: { type: string; message?: string; port?: number };
  readonly exited: Promise<number | null>;
}

let testDatabase: TestDatabase;
const children: ChildProcess[] = [];

beforeAll(async () => {
  testDatabase = await createTestDatabase(inject('postgresUrl'));
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await testDatabase.drop();
});

async function startProcess(environment: Record<string, string>): Promise<Started> {
  const child = fork(join(import.meta.dirname, 'main.ts'), {
    env: {
      PATH: process.env.PATH,
      LOG_LEVEL: 'silent',
      HTTP_HOST: '127.0.0.1',
      DATABASE_URL: testDatabase.url,
      REDIS_URL: inject('redisUrl'),
      SEALING_KEY: randomBytes(32).toString('base64'),
      JWT_SECRET: randomBytes(32).toString('hex'),
      ...environment,
    },
    execArgv: [],
    silent: true,
  });
  children.push(child);
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const message = await new Promise<Started['message']>((resolve, reject) => {
    child.once('message', (received) => resolve(received as Started['message']));
    child.once('exit', (code) => reject(new Error(`the process ended with ${code} before it said anything`)));
  });
  return { process: child, message, exited };
}

describe('the process', () => {
  it('says when it is ready, serves, and ends with 0 on SIGTERM', async () => {
    const port = await freePort();
    const started = await startProcess({ HTTP_PORT: `${port}` });
    expect(started.message).toMatchObject({ type: 'ready', port });
    const response = await fetch(`http://127.0.0.1:${port}/readyz`);
    expect(response.status).toBe(200);
    started.process.kill('SIGTERM');
    expect(await started.exited).toBe(0);
    await expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow();
  });

  it('ends when its parent is gone', async () => {
    const started = await startProcess({ HTTP_PORT: `${await freePort()}` });
    started.process.disconnect();
    expect(await started.exited).toBe(0);
  });

  it('names the port that is in use', async () => {
    const port = await freePort();
    const holder = createServer().listen(port, '127.0.0.1');
    await eventually('the port is held', () => holder.listening);
    const { message, exited } = await startProcess({ HTTP_PORT: `${port}` });
    holder.close();
    expect(message).toEqual({ type: 'failed', message: `port ${port} (HTTP_PORT) is in use` });
    expect(await exited).toBe(1);
  });

  it.each([
    [{ HTTP_PORT: 'many' }, 'HTTP_PORT'],
    [{ DATABASE_URL: 'postgresql://postgres@127.0.0.1:1/none' }, 'database'],
    [{ REDIS_URL: 'redis://127.0.0.1:1' }, 'message store'],
    [{ HTTP_TLS_CERT: '/nowhere/cert.pem', HTTP_TLS_KEY: '/nowhere/key.pem' }, 'HTTP_TLS_CERT'],
  ])('says why it cannot start with %j', async (environment, reason) => {
    const { message, exited } = await startProcess({ HTTP_PORT: `${await freePort()}`, ...environment });
    expect(message.type).toBe('failed');
    expect(message.message).toContain(reason);
    expect(await exited).toBe(1);
  });
});
