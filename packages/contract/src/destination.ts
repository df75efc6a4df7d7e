import { z } from 'zod';
import { dialableNumber } from './dialable-number.ts';

/** Where a call can be sent. `external-number` needs `number`, `reject` needs nothing, the others `id` or `number`. */
export const destination = z
  .strictObject({
    type: z.enum([
      'local-user',
      'hunting-group',
      'ring-group',
      'auto-attendant',
      'conference-room',
      'voicemail',
      'external-line',
      'sip-trunk',
      'external-number',
      'reject',
    ]),
    id: z.uuid().optional(),
    number: dialableNumber.optional(),
  })
  .superRefine((value, context) => {
    if (value.type === 'external-number' && value.number === undefined) {
      context.addIssue({ code: 'custom', path: ['number'], message: 'is required for an external-number' });
    } else if (value.type !== 'external-number' && value.type !== 'reject' && !value.id && !value.number) {
      context.addIssue({ code: 'custom', path: ['id'], message: `is required for a ${value.type}` });
    }
  })
  .meta({ id: 'Destination', example: { type: 'external-number', number: '90201234567' } });
