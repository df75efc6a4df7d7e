/** The gate of every route that belongs to a tenant: who asks, and may they. */
import type { AdminRole } from '@manyline/db';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ApiContext } from '../api-context.ts';
import { ApiError } from '../api-error.ts';
import { type Permission, roleAllows } from './permission.ts';

/** Who asks, as the database knows them now. */
export interface Principal {
  readonly tenantId: string;
  readonly adminId: string;
  readonly role: AdminRole;
  /** Of the access token. */
  readonly tokenId: string;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route allows to do. Every route behind the gate has one. */
    permission?: Permission;
  }
  interface FastifyRequest {
    principal: Principal | null;
  }
}

/** Who asks; only behind the gate. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw new Error('the route is not behind the gate');
  return request.principal;
}

/** Closes the scope: each of its routes needs a token whose admin has the route's permission. */
export function requireAuthentication(app: FastifyInstance, { tokens, database }: ApiContext): void {
  app.decorateRequest('principal', null);
  app.addHook('onRoute', ({ url, config }) => {
    if (config?.permission === undefined) throw new Error(`the route ${url} names no permission`);
  });
  app.addHook('onRequest', async (request) => {
    const { adminId, tenantId, tokenId } = tokens.readAccessToken(bearerToken(request));
    const standing = await database.forTenant(tenantId).run(({ admins }) => admins.findStanding(adminId));
    if (standing === null) throw new ApiError('token_invalid', 'The account of this token is gone.');
    if (standing.suspended) throw new ApiError('tenant_suspended', 'This tenant is suspended; ask the operator.');
    const { role } = standing.admin;
    const permission = request.routeOptions.config.permission;
    if (permission === undefined || !roleAllows(role, permission)) {
      throw new ApiError('forbidden', `The role ${role} does not have the permission ${permission}.`);
    }
    request.principal = { tenantId, adminId, role, tokenId };
  });
}

/** RFC 6750 §2.1. */
export function bearerToken(request: FastifyRequest): string {
  const match = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(request.headers.authorization ?? '');
  if (match === null) throw new ApiError('unauthenticated', 'Send an access token: Authorization: Bearer <token>.');
  return match[1]!;
}
