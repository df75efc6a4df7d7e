import { applyMergePatch, localUserSettings, type MergePatch, type newLocalUser } from '@manyline/contract';
import { type ConfigurationChange, generatePassword, type LocalUserRecord, type LocalUserSettings } from '@manyline/db';
import type { z } from 'zod';
import type { ApiContext } from '../api-context.ts';
import { ApiError, notFound } from '../api-error.ts';
import { changeConfiguration } from '../configuration-change.ts';
import { cursorText, decodeCursor, toPage } from '../http/cursor.ts';
import { assertMatches } from '../http/entity-tag.ts';
import { parseOrRefuse } from '../http/invalid-values.ts';

const SHORTEST_PASSWORD = 8;

/** A stored local user, and the password when the server has just made one up. */
export interface ChangedLocalUserRecord {
  readonly record: LocalUserRecord;
  readonly generatedPassword: string | undefined;
}

export async function listLocalUsers(
  { database }: ApiContext,
  tenantId: string,
  limit: number,
  cursor: string | undefined,
) {
  const position = decodeCursor(cursor, cursorText.array().length(1));
  const found = await database
    .forTenant(tenantId)
    .run(({ localUsers }) => localUsers.list({ limit: limit + 1, afterNumber: position?.[0] }));
  return toPage(found, limit, (record) => [record.number]);
}

export async function readLocalUser({ database }: ApiContext, tenantId: string, id: string): Promise<LocalUserRecord> {
  const record = await database.forTenant(tenantId).run(({ localUsers }) => localUsers.find(id));
  if (record === null) throw notFound('local user');
  return record;
}

/** Throws `number_taken`, `weak_password`, `limit_reached`, `unknown_reference`. */
export function createLocalUser(
  context: ApiContext,
  tenantId: string,
  { password: given, ...settings }: z.output<typeof newLocalUser>,
): Promise<ChangedLocalUserRecord> {
  assertReferencesExist(settings);
  const password = given ?? generatePassword();
  assertStrongEnough(password, settings.number);
  return changeConfiguration(context, tenantId, async (change) => {
    await assertRoomForOneMore(change);
    const record = await change.localUsers.create(settings, password);
    return { record, generatedPassword: given === undefined ? password : undefined };
  });
}

/**
 * Throws as `createLocalUser`, and `precondition_failed`, `not_found`. The number is part of the digest secret, and the
 * password is not kept: a new number without a password, like `password: null`, makes a new password.
 */
export function patchLocalUser(
  context: ApiContext,
  tenantId: string,
  id: string,
  { password: patchedPassword, ...patch }: MergePatch,
  ifMatch: string | undefined,
): Promise<ChangedLocalUserRecord> {
  return changeConfiguration(context, tenantId, async ({ localUsers }) => {
    const record = await localUsers.find(id);
    if (record === null) throw notFound('local user');
    assertMatches(ifMatch, record.revision);
    const settings = parseOrRefuse(localUserSettings, applyMergePatch(settingsOf(record), patch));
    assertReferencesExist(settings);
    const given = typeof patchedPassword === 'string' ? patchedPassword : undefined;
    const needsNewOne = patchedPassword === null || settings.number !== record.number;
    const generatedPassword = given === undefined && needsNewOne ? generatePassword() : undefined;
    const password = given ?? generatedPassword;
    if (password !== undefined) assertStrongEnough(password, settings.number);
    return { record: await localUsers.update(id, settings, password), generatedPassword };
  });
}

/** Throws `not_found`, `precondition_failed`. */
export function deleteLocalUser(
  context: ApiContext,
  tenantId: string,
  id: string,
  ifMatch: string | undefined,
): Promise<void> {
  return changeConfiguration(context, tenantId, async ({ localUsers }) => {
    const record = await localUsers.find(id);
    if (record === null) throw notFound('local user');
    assertMatches(ifMatch, record.revision);
    await localUsers.delete(id);
  });
}

function settingsOf(record: LocalUserRecord): LocalUserSettings {
  const { id: _id, revision: _revision, createdAt: _createdAt, updatedAt: _updatedAt, ...settings } = record;
  return settings;
}

function assertStrongEnough(password: string, number: string): void {
  const message =
    password === number
      ? 'must not equal the number'
      : [...password].length < SHORTEST_PASSWORD
        ? `must have at least ${SHORTEST_PASSWORD} characters`
        : undefined;
  if (message === undefined) return;
  throw new ApiError('weak_password', `The password ${message}.`, { errors: [{ path: 'password', message }] });
}

async function assertRoomForOneMore({ localUsers, current }: ConfigurationChange): Promise<void> {
  const { maxLocalUsers } = current.limits;
  if ((await localUsers.count()) < maxLocalUsers) return;
  throw new ApiError('limit_reached', `This tenant may have ${maxLocalUsers} local users.`);
}

/** Time conditions cannot be made yet, so that none can be referred to. */
function assertReferencesExist({ timeConditionId }: LocalUserSettings): void {
  if (timeConditionId === null) return;
  const message = 'there is no time condition with this id';
  throw new ApiError('unknown_reference', `timeConditionId: ${message}`, {
    errors: [{ path: 'timeConditionId', message }],
  });
}
