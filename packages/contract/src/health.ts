import { z } from 'zod';

export const health = z.object({ status: z.literal('ok') }).meta({ id: 'Health' });

const check = z.enum(['ok', 'failed']);

export const readiness = z
  .object({ status: z.enum(['ready', 'unavailable']), checks: z.object({ database: check, redis: check }) })
  .meta({ id: 'Readiness' });

export type Readiness = z.output<typeof readiness>;
