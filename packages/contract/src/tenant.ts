import { z } from 'zod';
import { destination } from './destination.ts';
import { language } from './language.ts';
import { mergePatchOf } from './merge-patch.ts';
import { line } from './text.ts';

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

/** What a tenant's administrators may change. */
export const tenantSettings = z.strictObject({
  name: line(1, 100).meta({ description: 'The company’s name', example: 'Acme Ltd.' }),
  locale: language.default('en'),
  timeZone: z
    .string()
    .max(64)
    .refine(isTimeZone, 'must be an IANA time zone')
    .default('UTC')
    .meta({ description: 'An IANA name', example: 'Europe/Berlin' }),
  outgroupPrefix: z
    .string()
    .regex(/^[0-9*#]{0,4}$/, 'must be up to four of 0-9*#')
    .default('9')
    .meta({ description: 'Dialled before outside numbers' }),
  voicePromptLanguage: language.default('en'),
  defaultRoute: destination
    .nullable()
    .default(null)
    .meta({ description: 'Where a call goes that nothing else routes' }),
  digestAlgorithms: z
    .array(z.enum(['MD5', 'SHA-256']))
    .min(1)
    .max(2)
    .refine((algorithms) => new Set(algorithms).size === algorithms.length, 'must not repeat')
    .default(['MD5'])
    .meta({ description: 'Offered to phones, most wanted first (RFC 8760)' }),
});

export const tenantPatch = mergePatchOf(tenantSettings).meta({ id: 'TenantPatch' });

export const tenant = z
  .object({
    id: z.uuid(),
    slug: z.string().meta({ example: 'acme' }),
    name: z.string(),
    sipDomain: z.string().meta({ description: 'Where the phones register', example: 'acme.pbx.example.com' }),
    locale: language,
    timeZone: z.string(),
    outgroupPrefix: z.string(),
    voicePromptLanguage: language,
    defaultRoute: destination.nullable(),
    digestAlgorithms: z.array(z.enum(['MD5', 'SHA-256'])),
    limits: z
      .object({ maxLocalUsers: z.int(), maxConcurrentCalls: z.int() })
      .meta({ description: 'Set by the platform' }),
    version: z.int().meta({ description: 'Rises with every configuration change' }),
  })
  .meta({ id: 'Tenant', description: 'A company with its own virtual SIP server' });

export type Tenant = z.output<typeof tenant>;
