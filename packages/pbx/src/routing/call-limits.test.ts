import { buildLocalUser, buildTenant } from '@manyline/testkit';
import { describe, expect, it } from 'vitest';
import { brokenCallLimit, mayReceiveCall } from './call-limits.ts';
import { route } from './route.ts';

const alice = buildLocalUser('100', { displayName: 'Alice', maxConcurrentCalls: 2, maxOutgoingCalls: 1 });
const tenant = buildTenant([alice]);

describe('brokenCallLimit', () => {
  it('names the limit that one more call would break', () => {
    expect(brokenCallLimit(tenant, alice, { tenant: 9, caller: 1, callerOutgoing: 0 })).toBeUndefined();
    expect(brokenCallLimit(tenant, alice, { tenant: 10, caller: 0, callerOutgoing: 0 })).toBe(
      'tenant-concurrent-calls',
    );
    expect(brokenCallLimit(tenant, alice, { tenant: 2, caller: 2, callerOutgoing: 0 })).toBe('user-concurrent-calls');
    expect(brokenCallLimit(tenant, alice, { tenant: 1, caller: 1, callerOutgoing: 1 })).toBe('user-outgoing-calls');
  });

  it('takes 0 as forbidden and null as unlimited', () => {
    expect(mayReceiveCall({ ...alice, maxConcurrentCalls: 0 }, 0)).toBe(false);
    expect(mayReceiveCall({ ...alice, maxConcurrentCalls: null }, 1000)).toBe(true);
  });
});

describe('route', () => {
  it('finds the local user of the number, with a reason', () => {
    expect(route(tenant, { caller: alice, called: '100' })).toMatchObject({
      kind: 'route',
      user: alice,
      reasons: [{ code: 'local-user' }],
    });
  });

  it('rejects an unknown number with 404, with a reason', () => {
    expect(route(tenant, { caller: alice, called: '999' })).toMatchObject({
      kind: 'reject',
      sipStatus: 404,
      reasons: [{ code: 'number-unknown' }],
    });
  });
});
