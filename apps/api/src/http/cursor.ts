import { z } from 'zod';
import { invalidValue } from '../api-error.ts';

/** A place in a list as an opaque string. */
export function encodeCursor(position: readonly string[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** Undefined for the first page. A cursor that we did not make is 400. */
export function decodeCursor<Schema extends z.ZodType>(
  cursor: string | undefined,
  schema: Schema,
): z.output<Schema> | undefined {
  if (cursor === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')));
  } catch {
    throw invalidValue('cursor', 'is not a nextCursor of this list');
  }
}

/** A page out of `limit + 1` items that were asked for: the one too many tells that there is a next page. */
export function toPage<Item>(found: readonly Item[], limit: number, positionOf: (item: Item) => readonly string[]) {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: found.length > limit && last !== undefined ? encodeCursor(positionOf(last)) : null };
}

/** A text that PostgreSQL can take. */
export const cursorText = z
  .string()
  .max(200)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u);
