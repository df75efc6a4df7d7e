import type { LocalUser, TenantSnapshot } from '@manyline/pbx';

/** A local user without limits and without credentials. */
export function buildLocalUser(number: string, more: Partial<LocalUser> = {}): LocalUser {
  return {
    id: `id-${number}`,
    number,
    displayName: '',
    ha1: { MD5: '', 'SHA-256': '' },
    maxRegistrations: 3,
    maxConcurrentCalls: null,
    maxOutgoingCalls: null,
    maxDurationSeconds: null,
    noAnswerSeconds: 20,
    ...more,
  };
}

/** The tenant `acme.test` with these local users. */
export function buildTenant(localUsers: readonly LocalUser[], more: Partial<TenantSnapshot> = {}): TenantSnapshot {
  return {
    id: 't1',
    slug: 'acme',
    name: 'Acme',
    sipDomain: 'acme.test',
    version: 1,
    timeZone: 'UTC',
    locale: 'en',
    outgroupPrefix: '9',
    digestAlgorithms: ['MD5'],
    maxConcurrentCalls: 10,
    localUsers: new Map(localUsers.map((user) => [user.number, user])),
    ...more,
  };
}
