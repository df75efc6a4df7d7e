import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@manyline/kernel';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Bus, type BusOptions, BusUnavailableError, connectBus } from '../src/index.ts';
import { aCallDetailRecord, aRegistration } from './builders.ts';
import { createOwnRedis, type OwnRedis } from './own-redis.ts';

let server: OwnRedis;
let directory: string;
let spoolPath: string;

beforeEach(async () => {
  server = await createOwnRedis();
  await server.start();
  directory = await mkdtemp(join(tmpdir(), 'manyline-spool-'));
  spoolPath = join(directory, 'cdr.jsonl');
});
afterEach(async () => {
  await server.remove();
  await rm(directory, { recursive: true, force: true });
});

async function openBus(options: Partial<BusOptions> = {}): Promise<Bus> {
  const bus = await connectBus({ redisUrl: server.url, logger: silentLogger, ...options });
  onTestFinished(() => bus.close());
  return bus;
}

/** Collects the ids of what a consumer is given. */
function collect(bus: Bus): Set<string> {
  const ids = new Set<string>();
  bus.consumeCdrs(async (records) => {
    for (const { id } of records) ids.add(id);
  });
  return ids;
}

const LONG = { timeout: 20_000 };

describe('call detail records', () => {
  it('arrive, several in one job', async () => {
    const bus = await openBus({ spoolPath });
    const batches: string[][] = [];
    bus.consumeCdrs(async (records) => {
      batches.push(records.map(({ id }) => id));
    });
    await Promise.all([
      bus.enqueueCdrs([aCallDetailRecord('1')]),
      bus.enqueueCdrs([aCallDetailRecord('2'), aCallDetailRecord('3')]),
      bus.enqueueCdrs([]),
    ]);
    await expect.poll(() => batches, LONG).toEqual([['1', '2', '3']]);
    expect(await readdir(directory)).toEqual([]);
  });

  it('come again when the handler fails', async () => {
    const bus = await openBus();
    let attempts = 0;
    bus.consumeCdrs(async () => {
      attempts += 1;
      if (attempts === 1) throw new Error('database away');
    });
    await bus.enqueueCdrs([aCallDetailRecord('1')]);
    await expect.poll(() => attempts, LONG).toBe(2);
  });

  it('wait on the disk while Redis is away, and follow when it is back', LONG, async () => {
    const bus = await openBus({ spoolPath });
    const ids = collect(bus);
    await server.kill();
    await bus.enqueueCdrs([aCallDetailRecord('1')]);
    await bus.enqueueCdrs([aCallDetailRecord('2')]);
    expect((await readFile(spoolPath, 'utf8')).trimEnd().split('\n')).toHaveLength(2);
    await server.start();
    await expect.poll(() => [...ids].sort(), LONG).toEqual(['1', '2']);
    await expect.poll(() => readdir(directory), LONG).toEqual([]);
  });

  it('left on the disk by an earlier life follow at the start, but for a line cut short', LONG, async () => {
    await writeFile(`${spoolPath}.draining`, `${JSON.stringify(aCallDetailRecord('1'))}\n`);
    await writeFile(spoolPath, `${JSON.stringify(aCallDetailRecord('2'))}\n{"id":"3","tena`);
    const bus = await openBus({ spoolPath });
    const ids = collect(bus);
    await expect.poll(() => [...ids].sort(), LONG).toEqual(['1', '2']);
    await expect.poll(() => readdir(directory), LONG).toEqual([]);
  });

  it('survive a restart of Redis in the queue', LONG, async () => {
    const producer = await openBus({ spoolPath });
    await producer.enqueueCdrs([aCallDetailRecord('1')]);
    await server.kill();
    await server.start();
    const ids = collect(await openBus());
    await expect.poll(() => [...ids], LONG).toEqual(['1']);
  });

  it('reach a consumer that was there before Redis went away', LONG, async () => {
    const bus = await openBus({ spoolPath });
    const ids = collect(bus);
    await bus.enqueueCdrs([aCallDetailRecord('1')]);
    await expect.poll(() => [...ids], LONG).toEqual(['1']);
    await server.kill();
    await server.start();
    await expect.poll(() => bus.enqueueCdrs([aCallDetailRecord('2')]).then(() => 'kept'), LONG).toBe('kept');
    await expect.poll(() => [...ids], LONG).toEqual(['1', '2']);
  });

  it('are refused while Redis is away and there is no spool', async () => {
    const bus = await openBus();
    await server.kill();
    await expect(bus.enqueueCdrs([aCallDetailRecord('1')])).rejects.toBeInstanceOf(BusUnavailableError);
  });

  it('that wait when the bus closes are kept', async () => {
    const bus = await openBus({ spoolPath });
    const kept = bus.enqueueCdrs([aCallDetailRecord('1')]);
    await bus.close();
    await kept;
    const ids = collect(await openBus());
    await expect.poll(() => [...ids], LONG).toEqual(['1']);
  });
});

describe('while Redis is away', () => {
  it('commands are rejected and enqueued registrations follow', LONG, async () => {
    const bus = await openBus();
    await server.kill();
    await expect(bus.registrations.listTenant('acme')).rejects.toBeInstanceOf(BusUnavailableError);
    await expect(bus.registrations.put([aRegistration()])).rejects.toBeInstanceOf(BusUnavailableError);
    await expect(
      bus.publishCommand({ type: 'remove-registration', tenantId: 'a', registrationId: 'b' }),
    ).rejects.toThrow(BusUnavailableError);
    bus.registrations.enqueue({ type: 'put', registration: aRegistration({ id: 'r2' }) });
    expect(bus.registrations.pending).toBe(2);
    await server.start();
    await expect
      .poll(() => bus.registrations.listTenant('acme').catch(() => []), LONG)
      .toEqual(expect.arrayContaining([aRegistration(), aRegistration({ id: 'r2' })]));
  });

  it('the bus still closes', async () => {
    const bus = await openBus({ spoolPath });
    collect(bus);
    await server.kill();
    await bus.close();
  });

  it('listeners learn that they missed messages, and hear again', LONG, async () => {
    const bus = await openBus();
    const change = { tenantId: 'acme', sipDomain: 'acme.pbx.localhost', version: 1, suspended: true };
    const heard: unknown[] = [];
    let resubscribed = 0;
    bus.onTenantChanged((message) => heard.push(message));
    bus.onResubscribed(() => {
      resubscribed += 1;
    });
    await server.kill();
    await server.start();
    await expect.poll(() => resubscribed, LONG).toBe(1);
    await expect
      .poll(
        () =>
          bus
            .publishTenantChanged(change)
            .then(() => 'sent')
            .catch(() => 'away'),
        LONG,
      )
      .toBe('sent');
    await expect.poll(() => heard, LONG).toContainEqual(change);
  });
});
