/** Brings PostgreSQL to the state that the apps expect: migrations, the role they log in as, the demo tenant. */
import { fileURLToPath } from 'node:url';
import { ensureApplicationLogin, openDatabase, runMigrations, seedDemoTenant } from '@manyline/db';
import { type Logger, ManylineError } from '@manyline/kernel';
import { hash } from '@node-rs/argon2';
import type { DemoCredentials } from '../data/secrets.ts';
import { describeFailure, fullDisk, StartError, tellsOfFullDisk } from '../start-error.ts';

export interface DatabaseAccess {
  /** Of the owner of the tables. */
  readonly ownerUrl: string;
  /** Set for a database of our own: the apps then log in as a role of less power. */
  readonly applicationPassword: string | undefined;
  /** For messages: where the database is. */
  readonly place: string;
}

/** Gives the URL for the apps. Throws StartError. */
export async function prepareDatabase(access: DatabaseAccess, logger: Logger): Promise<string> {
  const directory = fileURLToPath(new URL('../../../../prisma/migrations', import.meta.url));
  try {
    await runMigrations({ url: access.ownerUrl, directory, logger });
    if (access.applicationPassword === undefined) return access.ownerUrl;
    return await ensureApplicationLogin({ ownerUrl: access.ownerUrl, password: access.applicationPassword });
  } catch (error) {
    const words = describeFailure(error);
    if (tellsOfFullDisk(words)) throw fullDisk(access.place);
    if (error instanceof ManylineError) throw error;
    throw new StartError(`the database (${access.place}) cannot be used: ${words}`, error);
  }
}

export interface DemoTenant {
  readonly domain: string;
  /** False: it was there before. */
  readonly created: boolean;
}

export interface DemoTenantRequest {
  readonly databaseUrl: string;
  readonly sealingKey: string;
  readonly baseDomain: string;
  readonly credentials: DemoCredentials;
  readonly logger: Logger;
}

/** Makes the demo tenant unless it is there. */
export async function ensureDemoTenant(request: DemoTenantRequest): Promise<DemoTenant> {
  const { databaseUrl, sealingKey, baseDomain, credentials, logger } = request;
  const database = await openDatabase({ url: databaseUrl, sealingKey, logger });
  try {
    return await seedDemoTenant({
      database,
      baseDomain,
      adminPasswordHash: await hash(credentials.adminPassword),
      localUsers: credentials.localUsers,
    });
  } finally {
    await database.close();
  }
}
