import { z } from 'zod';
import { listOf } from './list.ts';
import { timestamp } from './text.ts';

export const registration = z
  .object({
    id: z.string(),
    localUserId: z.uuid(),
    number: z.string(),
    contact: z.string().meta({ description: 'The phone’s Contact URI', example: 'sip:100@192.0.2.7:5060' }),
    transport: z.enum(['udp', 'tcp', 'tls', 'ws', 'wss']),
    userAgent: z.string(),
    sourceAddress: z.string().meta({ example: '192.0.2.7:5060' }),
    registeredAt: timestamp,
    expiresAt: timestamp,
    tls: z.boolean(),
  })
  .meta({ id: 'Registration', description: 'A phone that is registered now' });

export const registrationList = listOf(registration);

export type Registration = z.output<typeof registration>;
