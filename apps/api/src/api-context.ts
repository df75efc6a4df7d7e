import type { Bus } from '@manyline/bus';
import type { Database } from '@manyline/db';
import type { Logger } from '@manyline/kernel';
import type { Metrics } from '@manyline/telemetry';
import type { PasswordHasher } from './auth/password-hasher.ts';
import type { TokenIssuer } from './auth/token-issuer.ts';

/** The settings that routes look at. */
export interface ApiSettings {
  readonly baseDomain: string;
  readonly production: boolean;
  readonly platformAdminToken: string | undefined;
  readonly metricsSocketDir: string | undefined;
  /** Sign-ups an hour and address. */
  readonly signupRateLimit: number;
  /** Log-ins a minute, account and address. */
  readonly loginRateLimit: number;
  /** Requests a minute and token. */
  readonly apiRateLimit: number;
}

/** What the routes work with. */
export interface ApiContext {
  readonly settings: ApiSettings;
  readonly database: Database;
  readonly bus: Bus;
  readonly tokens: TokenIssuer;
  readonly passwords: PasswordHasher;
  readonly metrics: Metrics;
  readonly logger: Logger;
}
