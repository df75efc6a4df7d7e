import { silentLogger } from '@manyline/kernel';
import type { TenantDirectoryEntry, TenantSnapshot } from '@manyline/pbx';
import { FakeClock, settled } from '@manyline/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { TenantDirectory } from './tenant-directory.ts';

const acme: TenantDirectoryEntry = { id: 't1', sipDomain: 'acme.test', version: 1, suspended: false };

let clock: FakeClock;
let entries: TenantDirectoryEntry[];
let version: number;
let loads: number;
let databaseAway: boolean;
let directory: TenantDirectory;

function snapshot(): TenantSnapshot {
  return { id: 't1', sipDomain: 'acme.test', version } as TenantSnapshot;
}

beforeEach(async () => {
  clock = new FakeClock();
  entries = [acme];
  version = 1;
  loads = 0;
  databaseAway = false;
  directory = new TenantDirectory({
    clock,
    logger: silentLogger,
    loadEntries: async () => {
      if (databaseAway) throw new Error('away');
      return entries;
    },
    loadSnapshot: async () => {
      if (databaseAway) throw new Error('away');
      loads++;
      return snapshot();
    },
    onLoaded: () => {},
  });
  await directory.open();
});

describe('TenantDirectory', () => {
  it('loads a tenant once, and answers at once from then on', async () => {
    const [first, second] = [directory.snapshotOf(acme), directory.snapshotOf(acme)];
    expect((await first)?.version).toBe(1);
    expect(await second).toBe(await first);
    expect(directory.snapshotOf(acme)).toBe(await first);
    expect(loads).toBe(1);
  });

  it('loads again after a change, and not for an event that it has seen', async () => {
    await directory.snapshotOf(acme);
    version = 2;
    directory.apply({ ...acme, version: 2 });
    expect((await directory.snapshotOf(acme))?.version).toBe(2);
    directory.apply({ ...acme, version: 1 });
    expect((await directory.snapshotOf(acme))?.version).toBe(2);
    expect(loads).toBe(2);
  });

  it('notices a missed change, a new tenant and a gone one within 30 s', async () => {
    await directory.snapshotOf(acme);
    entries = [
      { ...acme, version: 3 },
      { id: 't2', sipDomain: 'new.test', version: 1, suspended: false },
    ];
    version = 3;
    clock.advance(30_000);
    await settled();
    expect((await directory.snapshotOf(acme))?.version).toBe(3);
    expect(directory.find('new.test')?.id).toBe('t2');
    entries = [];
    clock.advance(30_000);
    await settled();
    expect(directory.find('acme.test')).toBeUndefined();
  });

  it('keeps what it knows while the database is away', async () => {
    await directory.snapshotOf(acme);
    databaseAway = true;
    directory.apply({ ...acme, version: 2 });
    expect((await directory.snapshotOf(acme))?.version).toBe(1);
    clock.advance(90_000);
    await settled();
    expect(directory.find('acme.test')?.version).toBe(2);
    databaseAway = false;
    version = 2;
    expect((await directory.snapshotOf(acme))?.version).toBe(2);
  });

  it('says that a tenant cannot be had when it was never loaded and the database is away', async () => {
    databaseAway = true;
    expect(await directory.snapshotOf(acme)).toBeUndefined();
  });
});
