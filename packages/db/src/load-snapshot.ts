import type { LocalUser, TenantSnapshot } from '@manyline/pbx';
import type { Ha1s } from './secrets/digest-secret.ts';
import type { Sealer } from './secrets/sealer.ts';
import type { LocalUserRecord } from './tenant/local-user-record.ts';
import type { TenantScope } from './tenant/tenant-scope.ts';

/** One consistent state of a tenant's configuration, as the SIP worker holds it. Null: no such tenant. */
export function loadSnapshot(scope: TenantScope, sealer: Sealer): Promise<TenantSnapshot | null> {
  return scope.transaction(
    async ({ tenant, localUsers }) => {
      const record = await tenant.find();
      if (record === null) return null;
      const users = (await localUsers.listWithHa1s(sealer)).map(toLocalUser);
      return {
        id: record.id,
        slug: record.slug,
        name: record.name,
        sipDomain: record.sipDomain,
        version: record.version,
        timeZone: record.timeZone,
        locale: record.locale,
        outgroupPrefix: record.outgroupPrefix,
        digestAlgorithms: record.digestAlgorithms,
        maxConcurrentCalls: record.limits.maxConcurrentCalls,
        localUsers: new Map(users.map((user) => [user.number, user])),
      };
    },
    { isolationLevel: 'RepeatableRead' },
  );
}

function toLocalUser({ record, ha1s }: { record: LocalUserRecord; ha1s: Ha1s }): LocalUser {
  return {
    id: record.id,
    number: record.number,
    displayName: record.displayName,
    ha1: ha1s,
    maxRegistrations: record.maxRegistrations,
    maxConcurrentCalls: record.maxConcurrentCalls,
    maxOutgoingCalls: record.maxOutgoingCalls,
    maxDurationSeconds: record.maxDurationSeconds,
    noAnswerSeconds: record.forwarding.noAnswerSeconds,
  };
}
