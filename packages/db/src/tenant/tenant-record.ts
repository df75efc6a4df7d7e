import type { DigestAlgorithm } from '@manyline/pbx';
import type { Tenant } from '../generated/client.ts';
import type { Destination } from './destination.ts';

export type Locale = 'en' | 'zh';

/** What a tenant's administrators may change about the tenant itself. */
export interface TenantSettings {
  readonly name: string;
  readonly locale: Locale;
  /** IANA name. */
  readonly timeZone: string;
  readonly outgroupPrefix: string;
  readonly voicePromptLanguage: Locale;
  readonly defaultRoute: Destination | null;
  /** Most wanted first. */
  readonly digestAlgorithms: readonly DigestAlgorithm[];
}

/** What the platform allows a tenant. */
export interface TenantLimits {
  readonly maxLocalUsers: number;
  readonly maxConcurrentCalls: number;
}

export interface TenantRecord extends TenantSettings {
  readonly id: string;
  readonly slug: string;
  readonly sipDomain: string;
  readonly limits: TenantLimits;
  /** Rises with every configuration change of the tenant. */
  readonly version: number;
  readonly suspended: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The settings of a company that has just signed up. */
export function defaultTenantSettings(name: string, locale: Locale): TenantSettings {
  return {
    name,
    locale,
    timeZone: locale === 'zh' ? 'Asia/Shanghai' : 'UTC',
    outgroupPrefix: '9',
    voicePromptLanguage: locale,
    defaultRoute: null,
    digestAlgorithms: ['MD5'],
  };
}

export const defaultTenantLimits: TenantLimits = { maxLocalUsers: 10_000, maxConcurrentCalls: 1_000 };

export function toTenantRecord(row: Tenant): TenantRecord {
  return {
    id: row.id,
    slug: row.slug,
    name: row.name,
    sipDomain: row.sipDomain,
    locale: row.locale as Locale,
    timeZone: row.timeZone,
    outgroupPrefix: row.outgroupPrefix,
    voicePromptLanguage: row.voicePromptLanguage as Locale,
    defaultRoute: row.defaultRoute as unknown as Destination | null,
    digestAlgorithms: row.digestAlgorithms as DigestAlgorithm[],
    limits: { maxLocalUsers: row.maxLocalUsers, maxConcurrentCalls: row.maxConcurrentCalls },
    version: row.version,
    suspended: row.suspendedAt !== null,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}
