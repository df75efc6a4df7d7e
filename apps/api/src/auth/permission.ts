import type { AdminRole } from '@manyline/db';

/** What a route allows to do; printed in OpenAPI as `x-permission`. */
export type Permission =
  | 'tenant:read'
  | 'tenant:write'
  | 'local-users:read'
  | 'local-users:write'
  | 'registrations:read'
  | 'registrations:write'
  | 'cdrs:read';

/** Owners and admins may do everything, viewers may read. */
export function roleAllows(role: AdminRole, permission: Permission): boolean {
  return role !== 'viewer' || permission.endsWith(':read');
}
