/** JSON merge patches (RFC 7396): nested objects merge, arrays replace, null clears. */
import { z } from 'zod';

export type MergePatch = Record<string, unknown>;

/**
 * The schema of a patch for `target`: every member may be left out or null, nested objects alike. Rules that concern
 * several members are checked on the patched whole, not here.
 */
export function mergePatchOf(target: z.ZodObject): z.ZodType<MergePatch> {
  const members = Object.entries(target.shape).map(([name, member]) => [name, patchedMember(member)]);
  return z.strictObject(Object.fromEntries(members));
}

function patchedMember(member: z.core.$ZodType): z.ZodType {
  const inner = withoutWrappers(member);
  const patch = inner instanceof z.ZodObject ? mergePatchOf(inner) : inner;
  return z.optional(z.nullable(patch)) as z.ZodType;
}

/** A patch has no defaults; whether null is allowed is judged after it is applied. */
function withoutWrappers(member: z.core.$ZodType): z.core.$ZodType {
  if (
    member instanceof z.ZodDefault ||
    member instanceof z.ZodPrefault ||
    member instanceof z.ZodOptional ||
    member instanceof z.ZodNullable
  ) {
    return withoutWrappers(member.unwrap());
  }
  return member;
}

/** RFC 7396 §2. Neither argument is changed. */
export function applyMergePatch(target: unknown, patch: MergePatch): MergePatch {
  const result: MergePatch = isObject(target) ? { ...target } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null || value === undefined) delete result[name];
    else result[name] = isObject(value) ? applyMergePatch(result[name], value) : value;
  }
  return result;
}

function isObject(value: unknown): value is MergePatch {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
