import type { RegistrationChange, RegistrationStore } from '@manyline/bus';
import { silentLogger } from '@manyline/kernel';
import type { LocalUser, Registration, TenantSnapshot } from '@manyline/pbx';
import { SipTransports } from '@manyline/sip';
import { FakeClock, memoryLink } from '@manyline/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { Locations } from './locations.ts';

let clock: FakeClock;
let changes: RegistrationChange[];
let stored: Registration[];
let locations: Locations;

const alice = { id: 'u1', number: '100' } as LocalUser;

function registration(id: string, more: Partial<Registration> = {}): Registration {
  return {
    id,
    tenantId: 't1',
    localUserId: 'u1',
    number: '100',
    contact: `sip:${id}@192.0.2.9:40000;transport=tcp`,
    transport: 'TCP',
    sourceAddress: '192.0.2.9:40000',
    userAgent: '',
    instanceId: '',
    callId: 'c',
    cseq: 1,
    q: 1000,
    path: [],
    registeredAt: clock.now(),
    expiresAt: clock.now() + 60_000,
    ...more,
  };
}

beforeEach(() => {
  clock = new FakeClock();
  changes = [];
  stored = [];
  const store = {
    enqueue: (change: RegistrationChange) => changes.push(change),
    listTenant: async () => stored,
  } as unknown as RegistrationStore;
  const handler = { onMessage() {}, onMalformed() {}, onFlowClosed() {}, onDiscard() {} };
  const transports = new SipTransports({ logger: silentLogger, handler });
  locations = new Locations({ clock, store, transports: () => transports });
});

describe('Locations', () => {
  it('reaches a phone over the connection that it registered by', () => {
    const [flow] = memoryLink('192.0.2.1', '192.0.2.9', 'TCP');
    locations.update('t1', '100', [registration('a')], [], flow);
    expect(locations.targetsOf('t1', alice).map((target) => target.flow)).toEqual([flow]);
    expect(locations.targetsOf('t2', alice)).toEqual([]);
  });

  it('tells the store which changes are mere refreshes', () => {
    const [flow] = memoryLink('192.0.2.1', '192.0.2.9', 'TCP');
    locations.update('t1', '100', [registration('a')], [], flow);
    locations.update('t1', '100', [registration('a', { cseq: 2, expiresAt: clock.now() + 90_000 })], [], flow);
    locations.update('t1', '100', [registration('a', { cseq: 3, sourceAddress: '192.0.2.9:40001' })], [], flow);
    locations.update('t1', '100', [registration('b', { cseq: 4 })], [], flow);
    expect(changes.map((change) => change.type === 'put' && change.isRefresh)).toEqual([false, true, false, false]);
  });

  it('tells a phone whose connection is gone', () => {
    const [flow] = memoryLink('192.0.2.1', '192.0.2.9', 'TCP');
    const phone = registration('a');
    locations.update('t1', '100', [phone], [], flow);
    expect(locations.isReachable(phone)).toBe(true);
    flow.close();
    expect(locations.isReachable(phone)).toBe(false);
    expect(locations.isReachable({ ...phone, transport: 'UDP' })).toBe(true);
  });

  it('takes what an earlier life left', async () => {
    stored = [registration('a'), registration('b')];
    await locations.restore(['t1']);
    expect(locations.registrationsOf('t1', '100').map(({ id }) => id)).toEqual(['a', 'b']);
    expect(locations.size).toBe(2);
    locations.close();
    expect(clock.pendingTimers).toBe(0);
  });

  it('forgets an expired registration at once for calls, and soon in the store', async () => {
    await locations.restore([]);
    locations.update(
      't1',
      '100',
      [registration('a'), registration('b', { expiresAt: clock.now() + 90_000 })],
      [],
      undefined,
    );
    clock.advance(60_001);
    expect(locations.registrationsOf('t1', '100').map(({ id }) => id)).toEqual(['b']);
    clock.advance(10_000);
    expect(changes.filter(({ type }) => type === 'remove')).toEqual([
      { type: 'remove', tenantId: 't1', registrationId: 'a' },
    ]);
    expect(locations.size).toBe(1);
  });

  it('removes one registration by its id, of the right tenant only', () => {
    locations.update('t1', '100', [registration('a'), registration('b')], [], undefined);
    locations.remove('t2', 'a');
    expect(locations.size).toBe(2);
    locations.remove('t1', 'a');
    expect(locations.registrationsOf('t1', '100').map(({ id }) => id)).toEqual(['b']);
  });

  it('drops the registrations of a user who is gone or has another number', () => {
    locations.update('t1', '100', [registration('a')], [], undefined);
    locations.update('t1', '101', [registration('b', { number: '101', localUserId: 'u2' })], [], undefined);
    const renumbered = { ...alice, number: '101' };
    locations.dropStrangers({ id: 't1', localUsers: new Map([['101', renumbered]]) } as unknown as TenantSnapshot);
    expect(locations.size).toBe(0);
    expect(changes.filter(({ type }) => type === 'remove')).toHaveLength(2);
  });
});
