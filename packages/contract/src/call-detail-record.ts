import { z } from 'zod';
import { listOf, pageQuery } from './list.ts';
import { line, timestamp } from './text.ts';

const callResult = z.enum([
  'answered',
  'busy',
  'no-answer',
  'declined',
  'cancelled',
  'unreachable',
  'rejected',
  'failed',
]);

export const callDetailRecord = z
  .object({
    id: z.uuid(),
    callId: z.string().meta({ description: 'The SIP Call-ID of the calling leg' }),
    caller: z.string(),
    called: z.string(),
    direction: z.enum(['internal', 'incoming', 'outgoing']),
    startedAt: timestamp,
    answeredAt: timestamp.nullable(),
    endedAt: timestamp,
    durationSeconds: z.int().meta({ description: 'From answer to end, rounded up; 0 when unanswered' }),
    result: callResult,
    releaseCause: z.string().meta({ example: 'normal-clearing' }),
    releasedBy: z.enum(['caller', 'called', 'server']),
    sipStatus: z.int().nullable().meta({ description: 'What the caller was sent when the call was not answered' }),
    reasons: z.array(
      z.object({
        code: z.string(),
        text: z.string(),
        data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
      }),
    ),
    quality: z.object({
      lossPercent: z.number().nullable(),
      jitterMs: z.number().nullable(),
      mos: z.number().nullable(),
    }),
  })
  .meta({ id: 'CallDetailRecord', description: 'One call, answered or not' });

export const callDetailRecordList = listOf(callDetailRecord);

export const callDetailRecordQuery = pageQuery.extend({
  from: z.iso.datetime({ offset: true }).optional().meta({ description: 'Calls that started at or after this time' }),
  to: z.iso.datetime({ offset: true }).optional().meta({ description: 'Calls that started before this time' }),
  caller: line(1, 100).optional(),
  called: line(1, 100).optional(),
  result: callResult.optional(),
});
