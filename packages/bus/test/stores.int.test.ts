import { silentLogger } from '@manyline/kernel';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type Bus, type BusOptions, BusUnavailableError, connectBus } from '../src/index.ts';
import { aLiveCall, aRegistration } from './builders.ts';
import { createOwnRedis, type OwnRedis } from './own-redis.ts';

let server: OwnRedis;

beforeAll(async () => {
  server = await createOwnRedis();
  await server.start();
});
afterAll(() => server.remove());

async function openBus(options: Partial<BusOptions> = {}): Promise<Bus> {
  const bus = await connectBus({ redisUrl: server.url, logger: silentLogger, ...options });
  onTestFinished(() => bus.close());
  return bus;
}

/** Redis itself, to put there what the bus would not. */
function openRedis(): Redis {
  const redis = new Redis(server.url);
  onTestFinished(() => redis.disconnect());
  return redis;
}

beforeEach(async () => {
  await openRedis().flushall();
});

describe('RegistrationStore', () => {
  it('keeps the registrations of each tenant apart', async () => {
    const { registrations } = await openBus();
    await registrations.put([aRegistration(), aRegistration({ tenantId: 'other', number: '999' })]);
    expect(await registrations.listTenant('acme')).toEqual([aRegistration()]);
    expect(await registrations.listTenant('other')).toEqual([aRegistration({ tenantId: 'other', number: '999' })]);
    expect(await registrations.listTenant('nobody')).toEqual([]);
  });

  it('writes what was enqueued, the last change of an id winning', async () => {
    const { registrations } = await openBus();
    registrations.enqueue({ type: 'put', registration: aRegistration({ cseq: 1 }) });
    registrations.enqueue({ type: 'put', registration: aRegistration({ cseq: 2 }) });
    registrations.enqueue({ type: 'put', registration: aRegistration({ id: 'r2' }) });
    registrations.enqueue({ type: 'remove', tenantId: 'acme', registrationId: 'r2' });
    expect(registrations.pending).toBe(2);
    await registrations.flush();
    expect(await registrations.listTenant('acme')).toEqual([aRegistration({ cseq: 2 })]);
    expect(registrations.pending).toBe(0);
  });

  it('writes without a flush', async () => {
    const { registrations } = await openBus();
    registrations.enqueue({ type: 'put', registration: aRegistration() });
    await expect.poll(() => registrations.listTenant('acme')).toHaveLength(1);
  });

  it('removes one, and does not mind an unknown one', async () => {
    const { registrations } = await openBus();
    await registrations.put([aRegistration(), aRegistration({ id: 'r2' })]);
    await registrations.remove('acme', 'r1');
    await registrations.remove('acme', 'unknown');
    expect((await registrations.listTenant('acme')).map(({ id }) => id)).toEqual(['r2']);
  });

  it('neither lists nor keeps what has expired', async () => {
    const { registrations } = await openBus();
    await registrations.put([aRegistration({ expiresAt: Date.now() - 1 }), aRegistration({ id: 'r2' })]);
    expect((await registrations.listTenant('acme')).map(({ id }) => id)).toEqual(['r2']);
    expect(await openRedis().hkeys('t:acme:registrations')).toEqual(['r2']);
  });

  it('writes what is enqueued before it closes', async () => {
    const bus = await openBus();
    bus.registrations.enqueue({ type: 'put', registration: aRegistration() });
    await bus.close();
    const later = await openBus();
    expect(await later.registrations.listTenant('acme')).toHaveLength(1);
  });
});

describe('LiveCallStore', () => {
  it('gives the calls of an earlier life with its last sign of life, until they are settled', async () => {
    const first = await openBus({ workerId: 'w1', clock: clockAt(5_000) });
    await first.liveCalls.heartbeat('w1');
    await first.liveCalls.put(aLiveCall());
    await first.liveCalls.put(aLiveCall({ id: 'call-2', caller: 'a|b' }));
    await first.liveCalls.put(aLiveCall({ id: 'call-3' }));
    await first.liveCalls.remove('acme', 'call-3');
    const second = await openBus({ workerId: 'w1', clock: clockAt(9_000) });

    const orphans = await second.liveCalls.takeOrphans('w1');

    expect(orphans.sort((a, b) => a.call.id.localeCompare(b.call.id))).toEqual([
      { call: aLiveCall(), lastSeenAt: 5_000 },
      { call: aLiveCall({ id: 'call-2', caller: 'a|b' }), lastSeenAt: 5_000 },
    ]);
    await second.liveCalls.heartbeat('w1');
    await second.liveCalls.settleOrphans('w1', [aLiveCall()]);
    const third = await openBus({ workerId: 'w1' });
    expect(await third.liveCalls.takeOrphans('w1')).toEqual([
      { call: aLiveCall({ id: 'call-2', caller: 'a|b' }), lastSeenAt: 5_000 },
    ]);
  });

  it("leaves another worker's calls alone", async () => {
    const other = await openBus({ workerId: 'w2' });
    await other.liveCalls.put(aLiveCall());
    const bus = await openBus({ workerId: 'w1' });
    expect(await bus.liveCalls.takeOrphans('w1')).toEqual([]);
    expect(await bus.liveCalls.takeOrphans('w2')).toHaveLength(1);
  });
});

describe('messages', () => {
  const change = { tenantId: 'acme', sipDomain: 'acme.pbx.localhost', version: 7, suspended: false };

  it('reach every process', async () => {
    const [sender, listener] = [await openBus(), await openBus()];
    const changes: unknown[] = [];
    const commands: unknown[] = [];
    listener.onTenantChanged((message) => changes.push(message));
    const stop = listener.onCommand((message) => commands.push(message));
    const command = { type: 'remove-registration', tenantId: 'acme', registrationId: 'r1' } as const;
    await sender.publishCommand(command);
    await sender.publishTenantChanged(change);
    await expect.poll(() => changes).toEqual([change]);
    expect(commands).toEqual([command]);
    stop();
    await sender.publishCommand(command);
    await sender.publishTenantChanged(change);
    await expect.poll(() => changes).toHaveLength(2);
    expect(commands).toHaveLength(1);
  });

  it('that make no sense are dropped, and a listener that throws stops nothing', async () => {
    const bus = await openBus();
    const changes: unknown[] = [];
    bus.onTenantChanged(() => {
      throw new Error('listener');
    });
    bus.onTenantChanged((message) => changes.push(message));
    const redis = openRedis();
    for (const text of ['{', 'null', '[]', '{"tenantId":1}', JSON.stringify({ ...change, version: 'x' })]) {
      await redis.publish('manyline:tenant-changed', text);
    }
    await bus.publishTenantChanged(change);
    await expect.poll(() => changes).toEqual([change]);
  });
});

describe('RequestCounter', () => {
  it('counts each caller, whichever process it asks', async () => {
    const [one, other] = [await openBus(), await openBus()];
    const first = await one.requestCounter.count('log-in:192.0.2.1', 60_000);
    expect(first.count).toBe(1);
    expect(first.remainingMs).toBeGreaterThan(0);
    expect(first.remainingMs).toBeLessThanOrEqual(60_000);
    expect((await other.requestCounter.count('log-in:192.0.2.1', 60_000)).count).toBe(2);
    expect((await other.requestCounter.count('log-in:192.0.2.2', 60_000)).count).toBe(1);
    expect(await openRedis().keys('*')).toEqual(expect.arrayContaining(['rate:log-in:192.0.2.1']));
  });

  it('begins anew after the window', async () => {
    const { requestCounter } = await openBus();
    await requestCounter.count('caller', 60_000);
    // As if the window had passed.
    const redis = openRedis();
    await redis.pexpire('rate:caller', 1);
    await expect.poll(() => redis.exists('rate:caller')).toBe(0);
    expect((await requestCounter.count('caller', 60_000)).count).toBe(1);
  });

  it('does not wait long for a Redis that hangs', async () => {
    const bus = await openBus();
    server.stall();
    onTestFinished(() => server.resume());
    const ended: string[] = [];
    const message = bus.publishCommand({ type: 'remove-registration', tenantId: 'acme', registrationId: 'r1' });
    const results = await Promise.allSettled([
      message.finally(() => ended.push('message')),
      bus.requestCounter.count('caller', 60_000).finally(() => ended.push('count')),
    ]);
    expect(ended).toEqual(['count', 'message']);
    expect(results).toMatchObject(results.map(() => ({ reason: expect.any(BusUnavailableError) })));
  });
});

describe('connectBus', () => {
  it('says that Redis cannot be reached', async () => {
    await expect(connectBus({ redisUrl: 'redis://127.0.0.1:1', logger: silentLogger })).rejects.toBeInstanceOf(
      BusUnavailableError,
    );
  });
});

function clockAt(now: number): NonNullable<BusOptions['clock']> {
  return { now: () => now, after: (delayMs, callback) => timer(setTimeout(callback, delayMs)) };
}

function timer(handle: ReturnType<typeof setTimeout>) {
  return { cancel: () => clearTimeout(handle) };
}
