import { z } from 'zod';
import { language } from './language.ts';
import { changedLocalUser } from './local-user.ts';
import { tenant } from './tenant.ts';
import { accountEmail, line } from './text.ts';
import { tokens } from './tokens.ts';

/** A DNS label, since it becomes the first label of the SIP domain; lower case. No `xn--`, which is for IDNs. */
export const slug = z
  .string()
  .toLowerCase()
  .regex(/^(?!xn--)[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])$/, 'must be 2 to 40 of a-z, 0-9 and hyphens inside')
  .meta({ description: 'The first label of the SIP domain', example: 'acme' });

export const signUpRequest = z
  .strictObject({
    company: line(0, 100).trim().min(1).meta({ example: 'Acme Ltd.' }),
    email: accountEmail,
    password: line(1, 128).meta({ description: 'At least 12 characters, and not a common one' }),
    slug: slug.optional().meta({ description: 'Made from the company’s name when left out' }),
    locale: language.default('en'),
    presetLocalUsers: z
      .boolean()
      .default(false)
      .meta({ description: 'Make the local users 100, 101 and 102 with generated passwords' }),
  })
  .meta({ id: 'SignUpRequest' });

export const admin = z
  .object({ id: z.uuid(), email: z.string(), role: z.enum(['owner', 'admin', 'viewer']) })
  .meta({ id: 'Admin', description: 'A person who manages a tenant' });

export const signUpAnswer = tokens
  .extend({
    tenant,
    admin,
    localUsers: z
      .array(changedLocalUser)
      .optional()
      .meta({ description: 'With `presetLocalUsers`; passwords are shown this once' }),
  })
  .meta({ id: 'SignUpAnswer' });

export const availabilityQuery = z.strictObject({ slug: line(1, 100) });

export const availability = z
  .object({
    available: z.boolean(),
    suggestion: z.string().nullable().meta({ description: 'A free slug when this one cannot be had' }),
  })
  .meta({ id: 'Availability' });

export type SignUpRequest = z.output<typeof signUpRequest>;
export type SignUpAnswer = z.output<typeof signUpAnswer>;
