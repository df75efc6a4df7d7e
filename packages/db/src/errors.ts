/** What packages/db throws on purpose. Everything else that comes out of it is a fault of ours. */
import { ManylineError } from '@manyline/kernel';
import { Prisma } from './generated/client.ts';

/** A migration cannot be applied, or one that was applied has changed. */
export class MigrationError extends ManylineError {
  constructor(migration: string, problem: string, cause?: unknown) {
    super({ code: 'migration_failed', publicMessage: `migration ${migration} ${problem}`, cause });
  }
}

/** The database cannot hold every name. */
export class DatabaseEncodingError extends ManylineError {
  constructor(encoding: string) {
    super({
      code: 'database_encoding',
      publicMessage: `the database's encoding is ${encoding}; create it with ENCODING 'UTF8'`,
    });
  }
}

/** The connection would not be held by row-level security. The process must not start. */
export class UnsafeDatabaseRoleError extends ManylineError {
  constructor(role: string) {
    super({
      code: 'unsafe_database_role',
      publicMessage: `the database role ${role} is superuser or bypasses row-level security; tenants would not be isolated`,
    });
  }
}

/** PostgreSQL does not answer, or the connection was lost. The same call may succeed later. */
export class DatabaseUnavailableError extends ManylineError {
  constructor(cause: unknown) {
    super({
      code: 'database_unavailable',
      publicMessage: 'the database is not reachable at the moment',
      httpStatus: 503,
      sipStatus: 503,
      retryable: true,
      cause,
    });
  }
}

/** The keys that tenants can collide on, by the name of the unique index. */
const CONFLICTS = {
  tenants_slug_key: { code: 'slug_taken', publicMessage: 'this slug is already in use' },
  tenants_sip_domain_key: { code: 'slug_taken', publicMessage: 'this SIP domain is already in use' },
  admins_email_key: { code: 'email_taken', publicMessage: 'this e-mail address already has an account' },
  local_users_tenant_id_number_key: { code: 'number_taken', publicMessage: 'this number is already in use' },
} as const;

/** A unique key is in use: `slug_taken`, `email_taken`, `number_taken`. */
export class ConflictError extends ManylineError {
  constructor(conflict: (typeof CONFLICTS)[keyof typeof CONFLICTS], cause: unknown) {
    super({ ...conflict, httpStatus: 409, cause });
  }
}

/** Connection failures as Prisma names them: P1001 and P1002 unreachable, P1008 and P2024 timeouts, P1017 closed, P2028 no transaction. */
const CONNECTION_CODES = new Set([
  'P1000',
  'P1001',
  'P1002',
  'P1003',
  'P1008',
  'P1011',
  'P1017',
  'P2024',
  'P2028',
  'P2037',
]);
/** What pg says, in words only, when a connection dies or none can be had. */
const CONNECTION_MESSAGES =
  /Connection terminated|timeout exceeded when trying to connect|Can't reach database|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|socket hang up|not queryable|starting up|shutting down|terminating connection|statement timeout/i;

/** Turns what Prisma and pg throw into the errors above; others stay as they are. */
export function translateDatabaseError(error: unknown): unknown {
  if (error instanceof ManylineError) return error;
  const index = uniqueIndexOf(error);
  if (index !== undefined && Object.hasOwn(CONFLICTS, index)) {
    return new ConflictError(CONFLICTS[index as keyof typeof CONFLICTS], error);
  }
  return isConnectionFailure(error) ? new DatabaseUnavailableError(error) : error;
}

/** True when a raw statement wrote a row that refers to one that is not there. */
export function isForeignKeyViolation(error: unknown): boolean {
  return driverErrorOf(error, RAW_STATEMENT_FAILED)?.kind === 'ForeignKeyConstraintViolation';
}

function isConnectionFailure(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientKnownRequestError && CONNECTION_CODES.has(error.code)) return true;
  if (error instanceof Prisma.PrismaClientInitializationError) return true;
  return error instanceof Error && CONNECTION_MESSAGES.test(error.message);
}

function uniqueIndexOf(error: unknown): string | undefined {
  return driverErrorOf(error, UNIQUE_KEY_IN_USE)?.constraint?.index;
}

const UNIQUE_KEY_IN_USE = 'P2002';
const RAW_STATEMENT_FAILED = 'P2010';

/** What the driver said, of an error with this code of Prisma's. */
function driverErrorOf(error: unknown, code: string): { kind?: string; constraint?: { index?: string } } | undefined {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError) || error.code !== code) return undefined;
  return (error.meta?.driverAdapterError as { cause?: { kind?: string; constraint?: { index?: string } } } | undefined)
    ?.cause;
}
