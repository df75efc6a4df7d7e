import { createHash, randomBytes } from 'node:crypto';
import type { Tokens } from '@manyline/contract';
import type { AdminRole } from '@manyline/db';
import { newId } from '@manyline/kernel';
import jsonwebtoken from 'jsonwebtoken';
import { z } from 'zod';
import { ApiError } from '../api-error.ts';

const ISSUER = 'manyline';
const AUDIENCE = 'manyline-api';
const ALGORITHM = 'HS256';
const ACCESS_TOKEN_SECONDS = 15 * 60;
const REFRESH_TOKEN_MS = 30 * 24 * 3600 * 1000;

/** What an access token says: who acts, for which tenant. `role` is for clients; the server asks the database. */
const claims = z.object({
  sub: z.uuid(),
  tid: z.uuid(),
  role: z.enum(['owner', 'admin', 'viewer']),
  jti: z.string(),
});

export interface AccessTokenClaims {
  readonly adminId: string;
  readonly tenantId: string;
  readonly tokenId: string;
}

/** A refresh token as it is stored: its SHA-256 and when it ends. */
export interface StoredRefreshToken {
  readonly hash: Buffer;
  readonly expiresAt: Date;
}

/** Makes and reads tokens: JWTs (RFC 7519) for access, random ones for refresh. */
export class TokenIssuer {
  readonly #secret: string;

  constructor(secret: string) {
    this.#secret = secret;
  }

  /** A new refresh token and what to store of it. */
  newRefreshToken(now: Date): { readonly token: string; readonly stored: StoredRefreshToken } {
    const token = randomBytes(32).toString('base64url');
    return { token, stored: { hash: hashToken(token), expiresAt: new Date(now.getTime() + REFRESH_TOKEN_MS) } };
  }

  /** The answer to a log-in. */
  answer(tenantId: string, adminId: string, role: AdminRole, refreshToken: string): Tokens {
    const accessToken = jsonwebtoken.sign({ tid: tenantId, role }, this.#secret, {
      algorithm: ALGORITHM,
      issuer: ISSUER,
      audience: AUDIENCE,
      subject: adminId,
      jwtid: newId(),
      expiresIn: ACCESS_TOKEN_SECONDS,
    });
    return { accessToken, refreshToken, expiresInSeconds: ACCESS_TOKEN_SECONDS };
  }

  /** Throws ApiError `token_expired` or `token_invalid`. */
  readAccessToken(token: string): AccessTokenClaims {
    try {
      const { sub, tid, jti } = claims.parse(
        jsonwebtoken.verify(token, this.#secret, { algorithms: [ALGORITHM], issuer: ISSUER, audience: AUDIENCE }),
      );
      return { adminId: sub, tenantId: tid, tokenId: jti };
    } catch (cause) {
      if (cause instanceof jsonwebtoken.TokenExpiredError) {
        throw new ApiError('token_expired', 'The access token has expired; refresh it.', { cause });
      }
      throw new ApiError('token_invalid', 'The access token is not one of ours.', { cause });
    }
  }
}

/** SHA-256: enough for a secret of 256 random bits. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
