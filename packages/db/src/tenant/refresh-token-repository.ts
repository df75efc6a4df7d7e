import { newId } from '@manyline/kernel';
import type { TenantClient } from './tenant-client.ts';

/** A token to be stored: its SHA-256 and when it ends. */
export interface NewRefreshToken {
  readonly hash: Buffer;
  readonly expiresAt: Date;
}

/**
 * What came of presenting a refresh token. `reused`: it had been exchanged before, so somebody else may hold it, and its
 * whole family is revoked now. `revoked`: it was logged out. `unknown`: never ours, or long gone.
 */
export type RotationOutcome =
  | { readonly outcome: 'rotated'; readonly adminId: string }
  | { readonly outcome: 'reused' | 'revoked' | 'expired' | 'unknown' };

/** The refresh tokens of a tenant's admins. Every method belongs into a transaction. */
export class RefreshTokenRepository {
  readonly #client: TenantClient;
  readonly #tenantId: string;

  constructor(client: TenantClient, tenantId: string) {
    this.#client = client;
    this.#tenantId = tenantId;
  }

  /** Begins a family: a log-in. The admin's ended tokens are swept out, so that the table does not grow for ever. */
  async startFamily(adminId: string, token: NewRefreshToken, now: Date): Promise<void> {
    await this.#client.refreshToken.deleteMany({ where: { adminId, expiresAt: { lt: now } } });
    await this.#create(adminId, newId(), token);
  }

  /** Exchanges a token for `next`. Of two that present the same token at once exactly one is `rotated`. */
  async rotate(hash: Buffer, next: NewRefreshToken, now: Date): Promise<RotationOutcome> {
    const tokenHash = new Uint8Array(hash);
    // The row lock of this update decides the race: the second comer waits, and then sees used_at.
    const { count } = await this.#client.refreshToken.updateMany({
      where: { tokenHash, usedAt: null, revokedAt: null, expiresAt: { gt: now } },
      data: { usedAt: now },
    });
    const row = await this.#client.refreshToken.findUnique({ where: { tokenHash } });
    if (row === null) return { outcome: 'unknown' };
    if (count === 1) {
      await this.#create(row.adminId, row.familyId, next);
      return { outcome: 'rotated', adminId: row.adminId };
    }
    if (row.usedAt !== null) {
      await this.#revokeFamily(row.familyId, now);
      return { outcome: 'reused' };
    }
    return { outcome: row.revokedAt !== null ? 'revoked' : 'expired' };
  }

  /** Ends the family that the token belongs to: a log-out. */
  async revoke(hash: Buffer, now: Date): Promise<void> {
    const row = await this.#client.refreshToken.findUnique({ where: { tokenHash: new Uint8Array(hash) } });
    if (row !== null) await this.#revokeFamily(row.familyId, now);
  }

  async #create(adminId: string, familyId: string, { hash, expiresAt }: NewRefreshToken): Promise<void> {
    await this.#client.refreshToken.create({
      data: { tenantId: this.#tenantId, id: newId(), adminId, familyId, tokenHash: new Uint8Array(hash), expiresAt },
    });
  }

  async #revokeFamily(familyId: string, now: Date): Promise<void> {
    await this.#client.refreshToken.updateMany({ where: { familyId, revokedAt: null }, data: { revokedAt: now } });
  }
}
