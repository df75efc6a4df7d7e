import type { LocalUser } from '@manyline/contract';
import type { LocalUserRecord } from '@manyline/db';

/** A phone account as administrators see it. */
export function toLocalUser(record: LocalUserRecord): LocalUser {
  const { revision: _revision, callLevels, createdAt, updatedAt, ...settings } = record;
  return {
    ...settings,
    callLevels: [...callLevels],
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
