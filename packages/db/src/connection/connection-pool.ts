import type { Logger } from '@manyline/kernel';
import { Pool } from 'pg';
import { UnsafeDatabaseRoleError } from '../errors.ts';

export interface ConnectionPoolOptions {
  readonly url: string;
  /** The role that every connection takes on, whoever logged in. */
  readonly applicationRole: string;
  /** Most connections at once. */
  readonly size: number;
  readonly logger: Logger;
}

/** Connections that run as the application role. A connection that dies is replaced; it never ends the process. */
export function createConnectionPool({ url, applicationRole, size, logger }: ConnectionPoolOptions): Pool {
  const pool = new Pool({
    connectionString: withStartupOption(url, `-c role=${applicationRole}`),
    application_name: 'manyline',
    max: size,
    connectionTimeoutMillis: 1500,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    statement_timeout: 15_000,
    idle_in_transaction_session_timeout: 30_000,
  });
  pool.on('error', (error) => logger.warn({ err: error }, 'an idle database connection was lost'));
  return pool;
}

/**
 * Throws UnsafeDatabaseRoleError unless row-level security holds for what the pool's connections run as.
 * RLS is void for superusers and for roles with BYPASSRLS.
 */
export async function assertRoleIsHeldByRowLevelSecurity(pool: Pool): Promise<void> {
  const { rows } = await pool.query<{ role: string; unsafe: boolean }>(
    'SELECT rolname AS role, rolsuper OR rolbypassrls AS unsafe FROM pg_roles WHERE rolname = current_user',
  );
  const role = rows[0];
  if (role === undefined || role.unsafe) throw new UnsafeDatabaseRoleError(role?.role ?? 'unknown');
}

/** Adds to the URL's own `options`, which would otherwise win over those of the pool. */
function withStartupOption(url: string, option: string): string {
  const parsed = new URL(url);
  const given = parsed.searchParams.get('options');
  parsed.searchParams.set('options', given === null ? option : `${given} ${option}`);
  return parsed.toString();
}
