/** The database goes away and comes back; the process lives and works again. */
import { randomBytes } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { newId, silentLogger } from '@manyline/kernel';
import { createTestDatabase, eventually, type TestDatabase } from '@manyline/testkit';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Database, openDatabase } from '../database.ts';

let testDatabase: TestDatabase;
let database: Database;
let relay: Relay;

/** A TCP relay in front of PostgreSQL, so that a test can take the database away. */
class Relay {
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  port = 0;

  constructor(target: string) {
    this.#target = new URL(target);
  }

  async open(): Promise<void> {
    const server = createServer((inner) => {
      const outer = connect(Number(this.#target.port), this.#target.hostname);
      for (const [socket, other] of [
        [inner, outer],
        [outer, inner],
      ] as const) {
        this.#sockets.add(socket);
        socket.on('error', () => other.destroy());
        socket.on('close', () => this.#sockets.delete(socket) && other.destroy());
      }
      inner.pipe(outer).pipe(inner);
    });
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    const address = server.address();
    if (typeof address === 'object' && address !== null) this.port = address.port;
    this.#server = server;
  }

  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.#server?.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

beforeAll(async () => {
  testDatabase = await createTestDatabase(inject('postgresUrl'));
  relay = new Relay(testDatabase.url);
  await relay.open();
  const url = new URL(testDatabase.url);
  url.port = String(relay.port);
  database = await openDatabase({ url: url.toString(), sealingKey: randomBytes(32), logger: silentLogger });
});

afterAll(async () => {
  await database.close();
  await relay.cut();
  await testDatabase.drop();
});

describe('a lost connection', () => {
  it('is replaced after PostgreSQL ended it', async () => {
    await Promise.all([database.ping(), database.ping(), database.directory()]);
    const owner = new Client({ connectionString: testDatabase.url });
    await owner.connect();
    await owner.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`);
    await owner.end();
    const entries = await eventually('the pool works again', () => database.directory());
    expect(entries).toEqual([]);
  });

  it('makes every call fail with 503 while the database is away, and work when it is back', async () => {
    await relay.cut();
    const unavailable = { code: 'database_unavailable', httpStatus: 503, retryable: true };
    const scope = database.forTenant(newId());
    await expect(database.ping()).rejects.toMatchObject(unavailable);
    await expect(database.directory()).rejects.toMatchObject(unavailable);
    await expect(scope.run(({ tenant }) => tenant.find())).rejects.toMatchObject(unavailable);
    await expect(scope.transaction(({ tenant }) => tenant.find())).rejects.toMatchObject(unavailable);
    await expect(scope.changeConfiguration(async () => 1)).rejects.toMatchObject(unavailable);
    await relay.open();
    await eventually('the pool works again', async () => (await database.directory()).length === 0);
  });
});
