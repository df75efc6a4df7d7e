import { z } from 'zod';
import { dialableNumber, localNumber } from './dialable-number.ts';
import { listOf } from './list.ts';
import { mergePatchOf } from './merge-patch.ts';
import { emailAddress, line, paragraph, timestamp } from './text.ts';

const forwardingTarget = dialableNumber.nullable().default(null);

const forwarding = z.strictObject({
  allowCodes: z.boolean().default(true).meta({ description: 'Whether the phone may set these by service codes' }),
  unconditional: forwardingTarget,
  busy: forwardingTarget,
  noAnswer: forwardingTarget,
  noAnswerSeconds: z.int().min(5).max(300).default(20),
  unreachable: forwardingTarget,
});

const voicemail = z.strictObject({
  enabled: z.boolean().default(false),
  pin: z
    .string()
    .regex(/^[0-9]{4,12}$/, 'must be 4 to 12 digits')
    .nullable()
    .default(null),
  email: emailAddress.nullable().default(null).meta({ description: 'Where new messages are sent' }),
});

const ipAuthorization = z
  .strictObject({
    enabled: z.boolean().default(false),
    address: z.union([z.ipv4(), z.ipv6()]).nullable().default(null),
  })
  .superRefine(({ enabled, address }, context) => {
    if (enabled && address === null) {
      context.addIssue({ code: 'custom', path: ['address'], message: 'is required when enabled' });
    }
  });

/** Null is unlimited, 0 forbids all. */
const callLimit = z.int().min(0).max(100_000).nullable().default(null);

/** Everything of a phone account but its password. */
export const localUserSettings = z.strictObject({
  number: localNumber,
  displayName: line(0, 100).default(''),
  description: paragraph(500).default(''),
  email: emailAddress.nullable().default(null),
  ipAuthorization: ipAuthorization.prefault({}),
  maxConcurrentCalls: callLimit.meta({
    description: 'Incoming and outgoing together; null is unlimited, 0 forbids all',
  }),
  maxOutgoingCalls: callLimit,
  maxDurationSeconds: z.int().min(1).max(604_800).nullable().default(null),
  callLevels: z
    .array(z.int().min(1).max(100))
    .max(100)
    .refine((levels) => new Set(levels).size === levels.length, 'must not repeat')
    .default([])
    .meta({ description: 'The rights to dial prefixes that are marked with these levels' }),
  forwarding: forwarding.prefault({}),
  voicemail: voicemail.prefault({}),
  pickupGroup: line(1, 32).nullable().default(null),
  ringGroupSuppressOnDirect: z.boolean().default(false),
  maxRegistrations: z.int().min(1).max(20).default(3).meta({ description: 'Phones at once' }),
  timeConditionId: z.uuid().nullable().default(null),
  mediaEncryption: z.enum(['optional', 'required']).default('optional'),
});

const password = line(1, 128).meta({
  description:
    'At least 8 characters and not the number. Never readable again; left out, one is generated and shown once',
});

const writable = localUserSettings.extend({ password: password.optional() });

export const newLocalUser = writable.meta({ id: 'NewLocalUser', example: { number: '100', displayName: 'Reception' } });

/** `password: null` generates a new one. */
export const localUserPatch = mergePatchOf(writable).meta({ id: 'LocalUserPatch' });

export const localUser = z
  .object({
    id: z.uuid(),
    number: z.string(),
    displayName: z.string(),
    description: z.string(),
    email: z.string().nullable(),
    ipAuthorization: z.object({ enabled: z.boolean(), address: z.string().nullable() }),
    maxConcurrentCalls: z.int().nullable(),
    maxOutgoingCalls: z.int().nullable(),
    maxDurationSeconds: z.int().nullable(),
    callLevels: z.array(z.int()),
    forwarding: z.object({
      allowCodes: z.boolean(),
      unconditional: z.string().nullable(),
      busy: z.string().nullable(),
      noAnswer: z.string().nullable(),
      noAnswerSeconds: z.int(),
      unreachable: z.string().nullable(),
    }),
    voicemail: z.object({ enabled: z.boolean(), pin: z.string().nullable(), email: z.string().nullable() }),
    pickupGroup: z.string().nullable(),
    ringGroupSuppressOnDirect: z.boolean(),
    maxRegistrations: z.int(),
    timeConditionId: z.string().nullable(),
    mediaEncryption: z.enum(['optional', 'required']),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: 'LocalUser', description: 'A phone account (extension)' });

/** The answer to a change: with the password when the server generated one. */
export const changedLocalUser = localUser
  .extend({ password: z.string().optional().meta({ description: 'Only when generated just now; shown this once' }) })
  .meta({ id: 'ChangedLocalUser' });

export const localUserList = listOf(localUser);

export type LocalUser = z.output<typeof localUser>;
export type ChangedLocalUser = z.output<typeof changedLocalUser>;
