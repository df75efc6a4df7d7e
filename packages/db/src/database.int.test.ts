import { createHash, randomBytes } from 'node:crypto';
import { newId, silentLogger } from '@manyline/kernel';
import type { CallDetailRecord } from '@manyline/pbx';
import { createTestDatabase, type TestDatabase } from '@manyline/testkit';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type Database, openDatabase } from './database.ts';
import { PRESET_NUMBERS, seedDemoTenant } from './seed-demo-tenant.ts';
import { defaultLocalUserSettings } from './tenant/local-user-record.ts';
import type { RotationOutcome } from './tenant/refresh-token-repository.ts';
import { defaultTenantSettings } from './tenant/tenant-record.ts';

let testDatabase: TestDatabase;
let database: Database;
const sealingKey = randomBytes(32);

beforeAll(async () => {
  testDatabase = await createTestDatabase(inject('postgresUrl'));
  database = await openDatabase({ url: testDatabase.url, sealingKey, logger: silentLogger });
});

afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

let companies = 0;
async function signUp(numbers: string[] = []) {
  const slug = `company-${++companies}`;
  return database.createTenant({
    slug,
    sipDomain: `${slug}.pbx.test`,
    settings: defaultTenantSettings(slug, 'en'),
    owner: { email: `owner@${slug}.test`, passwordHash: 'hash' },
    localUsers: numbers.map((number) => ({
      settings: defaultLocalUserSettings(number),
      password: `secret-of-${number}`,
    })),
  });
}

describe('createTenant', () => {
  it('makes tenant, owner and local users, found before the tenant is known', async () => {
    const { tenant, owner, localUsers } = await signUp(['100', 'reception']);
    expect(tenant).toMatchObject({ version: 1, suspended: false, digestAlgorithms: ['MD5'], outgroupPrefix: '9' });
    expect(localUsers.map((user) => user.number)).toEqual(['100', 'reception']);
    expect(await database.directory()).toContainEqual({
      id: tenant.id,
      sipDomain: tenant.sipDomain,
      version: 1,
      suspended: false,
    });
    expect(await database.findAdminByEmail(owner.email)).toEqual({
      tenantId: tenant.id,
      adminId: owner.id,
      passwordHash: 'hash',
      role: 'owner',
      suspended: false,
    });
    expect(await database.findTakenSlugs([tenant.slug, 'free'])).toEqual(new Set([tenant.slug]));
    expect(await database.findAdminByEmail('nobody@nowhere.test')).toBeNull();
  });

  it('refuses a slug or an e-mail address in use and leaves nothing behind', async () => {
    const { tenant, owner } = await signUp();
    const wanted = {
      slug: tenant.slug,
      sipDomain: 'other.pbx.test',
      settings: defaultTenantSettings('Other', 'en'),
      owner: { email: 'other@other.test', passwordHash: 'hash' },
      localUsers: [],
    };
    await expect(database.createTenant(wanted)).rejects.toMatchObject({ code: 'slug_taken', httpStatus: 409 });
    const sameEmail = { ...wanted, slug: 'other-company', owner: { email: owner.email, passwordHash: 'hash' } };
    await expect(database.createTenant(sameEmail)).rejects.toMatchObject({ code: 'email_taken', httpStatus: 409 });
    expect(await database.findTakenSlugs(['other-company'])).toEqual(new Set());
  });
});

describe('changeConfiguration', () => {
  it('raises the version with the change, and not without it', async () => {
    const { tenant } = await signUp();
    const scope = database.forTenant(tenant.id);
    const changed = await scope.changeConfiguration(({ localUsers }) =>
      localUsers.create(defaultLocalUserSettings('200'), 'secret-of-200'),
    );
    expect(changed?.tenant.version).toBe(2);
    await expect(
      scope.changeConfiguration(async ({ localUsers }) => {
        await localUsers.create(defaultLocalUserSettings('201'), 'secret-of-201');
        throw new Error('refused');
      }),
    ).rejects.toThrow('refused');
    const [record, users] = await scope.run(({ tenant, localUsers }) =>
      Promise.all([tenant.find(), localUsers.list({ limit: 10 })]),
    );
    expect(record?.version).toBe(2);
    expect(users.map((user) => user.number)).toEqual(['200']);
  });

  it('gives each of many changes at once a version of its own', async () => {
    const { tenant } = await signUp();
    const scope = database.forTenant(tenant.id);
    const versions = await Promise.all(
      Array.from({ length: 10 }, async (_, index) => {
        const changed = await scope.changeConfiguration(({ localUsers }) =>
          localUsers.create(defaultLocalUserSettings(`30${index}`), 'long-password'),
        );
        return changed?.tenant.version;
      }),
    );
    expect(versions.toSorted((a, b) => a! - b!)).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('refuses a number in use, but not one in use at another tenant', async () => {
    const { tenant } = await signUp(['100']);
    await signUp(['100']);
    const again = database
      .forTenant(tenant.id)
      .changeConfiguration(({ localUsers }) => localUsers.create(defaultLocalUserSettings('100'), 'long-password'));
    await expect(again).rejects.toMatchObject({ code: 'number_taken', httpStatus: 409 });
  });

  it('is null for a tenant that is gone', async () => {
    expect(await database.forTenant(newId()).changeConfiguration(async () => 'done')).toBeNull();
  });
});

describe('loadSnapshot', () => {
  it('opens the HA1s, and the table holds neither them nor the password', async () => {
    const { tenant } = await signUp(['100']);
    const snapshot = await database.loadSnapshot(tenant.id);
    const user = snapshot?.localUsers.get('100');
    const md5 = createHash('md5').update(`100:${tenant.sipDomain}:secret-of-100`).digest('hex');
    expect(user?.ha1.MD5).toBe(md5);
    expect(user?.ha1['SHA-256']).toMatch(/^[0-9a-f]{64}$/);
    expect(user).toMatchObject({ maxRegistrations: 3, noAnswerSeconds: 20, maxConcurrentCalls: null });
    expect(snapshot).toMatchObject({ version: 1, sipDomain: tenant.sipDomain, maxConcurrentCalls: 1000 });

    const sql = 'SELECT l::text AS line FROM local_users l WHERE tenant_id = $1';
    const rows = await testDatabase.query<{ line: string }>(sql, [tenant.id]);
    expect(rows.length).toBe(1);
    expect(rows[0]?.line).not.toContain('secret-of-100');
    expect(rows[0]?.line).not.toContain(md5);
  });

  it('is null for an unknown tenant, and fails clearly with another sealing key', async () => {
    expect(await database.loadSnapshot(newId())).toBeNull();
    const { tenant } = await signUp(['100']);
    const other = await openDatabase({ url: testDatabase.url, sealingKey: randomBytes(32), logger: silentLogger });
    await expect(other.loadSnapshot(tenant.id)).rejects.toMatchObject({ code: 'seal_broken' });
    await other.close();
  });
});

describe('saveCallDetailRecords', () => {
  function record(tenantId: string, overrides: Partial<CallDetailRecord> = {}): CallDetailRecord {
    return {
      id: newId(),
      tenantId,
      callId: 'call@phone',
      caller: '100',
      called: '101',
      direction: 'internal',
      startedAt: '2026-01-02T03:04:05.678Z',
      answeredAt: '2026-01-02T03:04:08.000Z',
      endedAt: '2026-01-02T03:05:00.000Z',
      durationSeconds: 52,
      result: 'answered',
      releaseCause: 'normal-clearing',
      releasedBy: 'caller',
      sipStatus: null,
      reasons: [{ code: 'local-user', text: '101 is a local user' }],
      quality: { lossPercent: 0, jitterMs: 1.5, mos: 4.4 },
      ...overrides,
    };
  }

  it('writes the records of several tenants once each, and gives them back as they were', async () => {
    const [first, second] = [(await signUp()).tenant.id, (await signUp()).tenant.id];
    const later = { startedAt: '2026-01-02T03:04:06.000Z', answeredAt: null, result: 'busy', sipStatus: 486 } as const;
    const records = [record(first), record(second), record(first, later)];
    await database.saveCallDetailRecords(records);
    await database.saveCallDetailRecords([...records].reverse());
    const listed = await database.forTenant(first).run((scope) => scope.callDetailRecords.list({ limit: 10 }));
    expect(listed).toEqual([records[2], records[0]]);
    const found = await database.forTenant(second).run((scope) => scope.callDetailRecords.find(records[0]!.id));
    expect(found).toBeNull();
  });

  it('drops the records of a tenant that is gone and keeps the others', async () => {
    const { tenant } = await signUp();
    const kept = record(tenant.id);
    await database.saveCallDetailRecords([record(newId()), kept]);
    const found = await database.forTenant(tenant.id).run((scope) => scope.callDetailRecords.find(kept.id));
    expect(found).toEqual(kept);
  });
});

describe('refresh tokens', () => {
  const now = new Date('2026-01-01T00:00:00Z');
  const token = (expiresAt = new Date('2026-02-01T00:00:00Z')) => ({ hash: randomBytes(32), expiresAt });

  it('lets exactly one of many that present the same token win, and ends the family then', async () => {
    const { tenant, owner } = await signUp();
    const scope = database.forTenant(tenant.id);
    const first = token();
    await scope.transaction(({ refreshTokens }) => refreshTokens.startFamily(owner.id, first, now));
    expect(await database.findTenantOfRefreshToken(first.hash)).toBe(tenant.id);
    const successors = Array.from({ length: 6 }, () => token());
    const outcomes = await Promise.all(
      successors.map((next) => scope.transaction(({ refreshTokens }) => refreshTokens.rotate(first.hash, next, now))),
    );
    expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual([...Array(5).fill('reused'), 'rotated']);
    const winner = successors[outcomes.findIndex(({ outcome }) => outcome === 'rotated')]!;
    expect(await rotate(tenant.id, winner.hash)).toEqual({ outcome: 'revoked' });
  });

  it('tells revoked, expired and unknown tokens apart', async () => {
    const { tenant, owner } = await signUp();
    const scope = database.forTenant(tenant.id);
    const [revoked, expired] = [token(), token(new Date('2026-01-01T00:00:00Z'))];
    await scope.transaction(({ refreshTokens }) => refreshTokens.startFamily(owner.id, revoked, now));
    await scope.transaction(({ refreshTokens }) => refreshTokens.startFamily(owner.id, expired, now));
    await scope.transaction(({ refreshTokens }) => refreshTokens.revoke(revoked.hash, now));
    expect(await rotate(tenant.id, revoked.hash)).toEqual({ outcome: 'revoked' });
    expect(await rotate(tenant.id, expired.hash)).toEqual({ outcome: 'expired' });
    expect(await rotate(tenant.id, randomBytes(32))).toEqual({ outcome: 'unknown' });
    expect(await rotate((await signUp()).tenant.id, expired.hash)).toEqual({ outcome: 'unknown' });
  });

  function rotate(tenantId: string, hash: Buffer): Promise<RotationOutcome> {
    return database.forTenant(tenantId).transaction(({ refreshTokens }) => refreshTokens.rotate(hash, token(), now));
  }
});

describe('seedDemoTenant', () => {
  it('makes the demo tenant once and keeps its domain', async () => {
    const options = {
      database,
      adminPasswordHash: 'hash',
      localUsers: PRESET_NUMBERS.map((number) => ({ number, password: `secret-of-${number}` })),
    };
    const first = await seedDemoTenant({ ...options, baseDomain: 'pbx.test' });
    expect(first).toEqual({ domain: 'demo.pbx.test', created: true });
    expect(await seedDemoTenant({ ...options, baseDomain: 'moved.test' })).toEqual({
      domain: 'demo.pbx.test',
      created: false,
    });
    const entry = (await database.directory()).find(({ sipDomain }) => sipDomain === 'demo.pbx.test');
    const snapshot = await database.loadSnapshot(entry!.id);
    expect([...snapshot!.localUsers.keys()].toSorted()).toEqual(['100', '101', '102']);
  });
});
