import { z } from 'zod';

/** `/:id` in a path. What is no UUID is simply the id of nothing. */
export const objectIdParams = z.object({ id: z.string().meta({ description: 'The object’s id' }) });

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isObjectId(id: string): boolean {
  return UUID.test(id);
}
