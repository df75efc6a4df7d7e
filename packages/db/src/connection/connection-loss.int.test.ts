/** The database goes away and comes back; the process lives and works again. */
import { randomBytes } from 'node:crypto';
import { newId, silentLogger } from '@manyline/kernel';
import { createTestDatabase, eventually, TcpRelay, type TestDatabase } from '@manyline/testkit';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Database, openDatabase } from '../database.ts';

let testDatabase: TestDatabase;
let database: Database;
let relay: TcpRelay;

beforeAll(async () => {
  testDatabase = await createTestDatabase(inject('postgresUrl'));
  relay = await TcpRelay.open(testDatabase.url);
  const url = relay.through(testDatabase.url);
  database = await openDatabase({ url, sealingKey: randomBytes(32), logger: silentLogger });
});

afterAll(async () => {
  await database.close();
  await relay.cut();
  await testDatabase.drop();
});

describe('a lost connection', () => {
  it('is replaced after PostgreSQL ended it', async () => {
    await Promise.all([database.ping(), database.ping(), database.directory()]);
    await testDatabase.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`);
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
    await relay.restore();
    await eventually('the pool works again', async () => (await database.directory()).length === 0);
  });
});
