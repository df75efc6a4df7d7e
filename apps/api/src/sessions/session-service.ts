import type { Tokens } from '@manyline/contract';
import type { AdminRole } from '@manyline/db';
import type { ApiContext } from '../api-context.ts';
import { ApiError } from '../api-error.ts';
import { hashToken } from '../auth/token-issuer.ts';

/** What the client hears of a refresh token that could not be exchanged. */
const REFUSALS = {
  reused: {
    code: 'token_reused',
    detail: 'This refresh token was used before; every token of its log-in is revoked. Log in again.',
  },
  expired: { code: 'token_expired', detail: 'The refresh token has expired; log in again.' },
  revoked: { code: 'token_invalid', detail: 'The refresh token was revoked; log in again.' },
  unknown: { code: 'token_invalid', detail: 'The refresh token is not one of ours.' },
} as const;

function refusal(outcome: keyof typeof REFUSALS): ApiError {
  return new ApiError(REFUSALS[outcome].code, REFUSALS[outcome].detail);
}

/** An unknown address and a wrong password take the same time and get the same answer. */
export async function logIn(context: ApiContext, email: string, password: string): Promise<Tokens> {
  const account = await context.database.findAdminByEmail(email);
  const right = await context.passwords.verify(account?.passwordHash ?? null, password);
  if (account === null || !right) {
    throw new ApiError('invalid_credentials', 'The e-mail address or the password is wrong.');
  }
  if (account.suspended) throw new ApiError('tenant_suspended', 'This tenant is suspended; ask the operator.');
  return startSession(context, account.tenantId, account.adminId, account.role);
}

/** Begins a family of refresh tokens. */
export async function startSession(
  { database, tokens }: ApiContext,
  tenantId: string,
  adminId: string,
  role: AdminRole,
): Promise<Tokens> {
  const now = new Date();
  const { token, stored } = tokens.newRefreshToken(now);
  await database.forTenant(tenantId).transaction((scope) => scope.refreshTokens.startFamily(adminId, stored, now));
  return tokens.answer(tenantId, adminId, role, token);
}

/** Exchanges a refresh token. The admin's standing is asked anew: a role may have changed, a tenant been suspended. */
export async function refreshSession({ database, tokens }: ApiContext, refreshToken: string): Promise<Tokens> {
  const hash = hashToken(refreshToken);
  const tenantId = await database.findTenantOfRefreshToken(hash);
  if (tenantId === null) throw refusal('unknown');
  const now = new Date();
  const { token, stored } = tokens.newRefreshToken(now);
  const { rotation, standing } = await database.forTenant(tenantId).transaction(async (scope) => {
    const rotation = await scope.refreshTokens.rotate(hash, stored, now);
    const standing = rotation.outcome === 'rotated' ? await scope.admins.findStanding(rotation.adminId) : null;
    return { rotation, standing };
  });
  if (rotation.outcome !== 'rotated') throw refusal(rotation.outcome);
  if (standing === null) throw refusal('unknown');
  if (standing.suspended) throw new ApiError('tenant_suspended', 'This tenant is suspended; ask the operator.');
  return tokens.answer(tenantId, standing.admin.id, standing.admin.role, token);
}

/** Revokes the token's whole family. A token that is not ours is no error: the caller is logged out either way. */
export async function logOut({ database }: ApiContext, refreshToken: string): Promise<void> {
  const hash = hashToken(refreshToken);
  const tenantId = await database.findTenantOfRefreshToken(hash);
  if (tenantId === null) return;
  await database.forTenant(tenantId).transaction((scope) => scope.refreshTokens.revoke(hash, new Date()));
}
