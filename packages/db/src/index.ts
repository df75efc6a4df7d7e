export { APPLICATION_ROLE, ensureApplicationLogin } from './connection/application-login.ts';
export type { CreatedTenant, NewTenant } from './create-tenant.ts';
export { Database, type DatabaseOptions, openDatabase } from './database.ts';
export { ConflictError, DatabaseUnavailableError, MigrationError, UnsafeDatabaseRoleError } from './errors.ts';
export type { AdminAccount } from './lookups.ts';
export { runMigrations } from './migrate/run-migrations.ts';
export { generatePassword } from './secrets/generate-password.ts';
export { Sealer } from './secrets/sealer.ts';
export {
  DEMO_ADMIN_EMAIL,
  DEMO_SLUG,
  type DemoTenantOptions,
  PRESET_NUMBERS,
  seedDemoTenant,
} from './seed-demo-tenant.ts';
export type { AdminRecord, AdminRole, AdminStanding } from './tenant/admin-repository.ts';
export type { CallDetailRecordPosition } from './tenant/call-detail-record-repository.ts';
export { defaultLocalUserSettings, type LocalUserRecord, type LocalUserSettings } from './tenant/local-user-record.ts';
export { defaultTenantSettings, type Locale, type TenantRecord, type TenantSettings } from './tenant/tenant-record.ts';
export type { ConfigurationChange, TenantRepositories, TenantScope } from './tenant/tenant-scope.ts';
