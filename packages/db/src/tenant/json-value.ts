import { Prisma } from '../generated/client.ts';

/** A plain value for a `jsonb` column; null becomes the SQL NULL. */
export function toJson(value: object | null): Prisma.InputJsonValue | typeof Prisma.DbNull {
  return value === null ? Prisma.DbNull : toJsonObject(value);
}

/** As `toJson`, for a column that takes no NULL. */
export function toJsonObject(value: object): Prisma.InputJsonValue {
  return value as unknown as Prisma.InputJsonValue;
}
